;; Opens the example in Emacs, waits for the diagnostic, applies the preferred action, saves.
(package-initialize)
(require 'eglot)
(require 'flymake)
(require 'cl-lib)

(setq eglot-confirm-server-initiated-edits nil
      eglot-autoshutdown nil
      eglot-sync-connect 30
      make-backup-files nil
      create-lockfiles nil
      auto-save-default nil
      last-nonmenu-event ?q) ; asked for by a key, not by a menu
(add-to-list 'eglot-server-programs
             `((python-mode python-ts-mode) . (,(getenv "SERVER_PYTHON") "-m" "reloadlint" "server")))

(defun wait-for (what holds)
  "Wait until HOLDS returns something, and return that; give up on WHAT after half a minute."
  (let ((last (+ (float-time) 30)) found)
    (while (not (setq found (funcall holds)))
      (when (> (float-time) last)
        (message "waited in vain for %s" what)
        (kill-emacs 1))
      (accept-process-output nil 0.05))
    found))

(defun choose-default (_prompt _choices &optional _if _must _first _history default &rest _)
  "Take what eglot takes if its user just presses the return key."
  (princ (format "%s\n" default))
  default)

(defun shown ()
  "The diagnostics in the buffer."
  (flymake-start)
  (flymake-diagnostics))

(find-file (getenv "EXAMPLE"))
(call-interactively #'eglot)
(let ((found (car (wait-for "the diagnostic" #'shown))))
  (goto-char (flymake-diagnostic-beg found))
  (princ (format "%s in line %d\n" (flymake-diagnostic-text found) (line-number-at-pos))))
(cl-letf (((symbol-function 'completing-read) #'choose-default))
  (call-interactively #'eglot-code-actions))
(save-buffer)
(wait-for "the diagnostic to go" (lambda () (not (shown))))
(let ((server (jsonrpc--process (eglot-current-server))))
  (eglot-shutdown (eglot-current-server))
  (wait-for "the server to end" (lambda () (not (process-live-p server)))))
(kill-emacs 0)

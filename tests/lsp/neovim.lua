-- Opens the example in Neovim, waits for the diagnostic, applies the preferred action, saves.
local file, python = os.getenv("EXAMPLE"), os.getenv("SERVER_PYTHON")
local folder = vim.fn.fnamemodify(file, ":h")

local function wait(what, holds)
  if not vim.wait(30000, holds, 20) then
    io.stderr:write("waited in vain for " .. what .. "\n")
    vim.cmd("cquit 1")
  end
end

vim.cmd("edit " .. file)
local client = vim.lsp.start_client({
  name = "reloadlint",
  cmd = { python, "-m", "reloadlint", "server" },
  root_dir = folder,
  workspace_folders = { { uri = vim.uri_from_fname(folder), name = folder } },
})
vim.lsp.buf_attach_client(0, client)
wait("the diagnostic", function() return #vim.diagnostic.get(0) > 0 end)
local found = vim.diagnostic.get(0)[1]
io.stdout:write(found.code .. " in line " .. (found.lnum + 1) .. "\n")

vim.api.nvim_win_set_cursor(0, { found.lnum + 1, found.col })
local params = vim.lsp.util.make_range_params()
params.context = { diagnostics = vim.lsp.diagnostic.get_line_diagnostics() }
local server = vim.lsp.get_client_by_id(client)
local answer = server.request_sync("textDocument/codeAction", params, 30000, 0)
local chosen
for _, action in ipairs(answer.result) do
  if action.isPreferred then chosen = action end
end
io.stdout:write(chosen.title .. "\n")
if not chosen.edit then
  if chosen.data then
    chosen = server.request_sync("codeAction/resolve", chosen, 30000, 0).result
    vim.lsp.util.apply_workspace_edit(chosen.edit, server.offset_encoding)
  else
    server.request_sync("workspace/executeCommand", chosen.command, 30000, 0)
  end
else
  vim.lsp.util.apply_workspace_edit(chosen.edit, server.offset_encoding)
end
vim.cmd("write")
wait("the diagnostic to go", function() return #vim.diagnostic.get(0) == 0 end)
vim.lsp.stop_client(client)
wait("the server to end", function() return vim.lsp.client_is_stopped(client) end)
vim.cmd("qall!")

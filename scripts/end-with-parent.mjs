// Loaded before a server: ends it when the channel to the command that started it closes. Even kill -9 of the command
// leaves no server behind. Processes that the server starts inherit this file, and have channels of their own.
if (process.channel && process.env.OUTLAY_COMMAND_PID === String(process.ppid)) {
  process.on('disconnect', () => process.exit(0))
  process.channel.unref()
}

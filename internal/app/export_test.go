package app

// Messages are every message file of the program.
var Messages = messages

// In each test file's process: node --test asks for colours where it stands on a terminal, and tests compare what programs
// that they start print without any.
delete process.env.FORCE_COLOR

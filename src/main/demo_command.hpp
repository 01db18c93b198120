// `parley demo`: starts a server with a doctor, a patient and an open session, and prints how to use them.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int demo_command(Arguments arguments);

}  // namespace parley::main

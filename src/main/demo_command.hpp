// `parley demo`: serves with a doctor, a patient and a session that are ready to use, and prints how to use them.
#pragma once

#include "main/command.hpp"

namespace parley::main {

int demo_command(Arguments arguments);

}  // namespace parley::main

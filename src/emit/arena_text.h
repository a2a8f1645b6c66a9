// emit/arena_text.h
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "emit/files_of_program.h"
#include "plan/plan.h"

namespace thimble::emit {

/// How generated code names the arena, in all its functions `arena`: a pointer to its bytes, or, where the plan spreads
/// it over several memories, an array of pointers, one to what lies in each.

/// A byte of the arena, as a pointer in a layer's function: "arena + 96", "(int8_t*)arena[1] + 96".
std::string in_arena(const plan::Plan& plan, std::int64_t offset);

/// The same in a function of the program's interface, as a pointer to `type`: "(const uint8_t*)arena + 96".
std::string in_arena_as(const plan::Plan& plan, std::int64_t offset, const std::string& type);

/// The parameter of a layer's function: "int8_t* arena", "void* const* arena".
std::string layer_arena(const plan::Plan& plan);

/// The parameter of a function of the interface: "void* arena", "void* const arena[person_arenas]".
std::string public_arena(const Source& source);
/// Of one that only reads: "const void* arena"; of several pieces it is as above.
std::string read_arena(const Source& source);

/// The header's constants: how many bytes the caller has to give.
std::string arena_constants(const Source& source);

/// Conditions that hold if the header is of the same generation, each with what it checks: {"arena", "..."}.
std::vector<std::pair<std::string, std::string>> arena_checks(const Source& source);

/// What main.c and the header's example define, each line after `indent`.
std::string arena_definition(const Source& source, const std::string& indent);

/// Where the pieces are meant to lie, lines of the header's opening comment; "" if the arena is one.
std::string arena_notes(const Source& source);

}  // namespace thimble::emit

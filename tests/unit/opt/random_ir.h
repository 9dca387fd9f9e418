// A seeded generator of IR programs, for differential tests: the interpreter before a pass against
// after it, or against machine code.
//
// Every program is valid, ends, and is deterministic on every target: loops have bounded trip
// counts, addresses stay inside their objects, memory is written before it is read, and bits of
// NaNs (which are the machine's choice) are never looked at. It may stop on a division by zero.
//
// A module holds a few internal functions and the entry
//     (define ((main int64) (a int64) (b int) (c double)) …)
// whose result is a checksum over everything computed. One seed is one program, for ever as long
// as the generator does not change. Covered: all scalar types, all pure host operations, slots,
// arrays, structs, copies, allocs, globals, pointers into other functions' objects, calls with
// struct parameters and results, branches with block parameters, nested loops with several exits.
//
// The test program of another library includes random_ir.cpp in one of its files.
#pragma once
#include <cstdint>
#include <memory>

#include "ir/ir.h"

namespace ll::test {

struct RandomOptions {
  uint32_t functions = 3;    // besides main
  uint32_t statements = 14;  // a function, roughly; nested ones included
  uint32_t max_depth = 3;    // of nested branches and loops
  bool memory = true, calls = true, floats = true, divisions = true;
};

std::unique_ptr<Module> random_module(SourceMap& sources, uint64_t seed,
                                      const RandomOptions& options = {});

}  // namespace ll::test

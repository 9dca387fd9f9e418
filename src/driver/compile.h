// Pipelines: which passes run on a module for which target, and the emitter at the end. The only
// place where languages, optimiser and emitters meet.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/session.h"
#include "emit_ptx/emit.h"
#include "emit_spirv/emit.h"
#include "emit_x86/emit.h"

namespace ll::driver {

bool has_kernels(const Module& m);

// The IR that an emitter takes: the part of the module that concerns the target, optimised and
// legalised. Null after a diagnostic. For x86 `kernels` says which part: the host program, or the
// kernels as functions that run whole workgroups.
enum class Part : uint8_t { Host, Kernels };
std::unique_ptr<Module> prepare(Session& session, const Module& m, const Target& target, Part part);

std::optional<x86::CodeObject> compile_x86(Session& session, const Module& m, Part part,
                                           bool listing = false);
std::optional<ptx::Assembly> compile_ptx(Session& session, const Module& m,
                                         const std::string& arch);
std::optional<spirv::Binary> compile_spirv(Session& session, const Module& m,
                                           const std::string& arch);

}  // namespace ll::driver

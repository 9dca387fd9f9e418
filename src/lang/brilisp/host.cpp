// The device forms of host code (language/host.md §3) as calls of the runtime functions that
// runtime/prelude.h lists. Sizes are 64-bit; `where` names the form's place for messages.
#include <fmt/format.h>

#include "lang/brilisp/body.h"
#include "support/kernel_desc.h"

namespace ll::brilisp {
namespace {

constexpr TypeId kDevicePtr = ptr_type(Space::Global);

}  // namespace

ValueId BodyLowering::runtime_call(std::string_view name, TypeId ret,
                                   std::initializer_list<ValueId> args) {
  program_.uses_device_forms = true;
  std::vector<TypeId> params;
  for (ValueId v : args) params.push_back(f_->type(v));
  FuncId callee = program_.external(Symbol(name), ret, std::move(params));
  return b_->call(callee, std::span<const ValueId>(args.begin(), args.size()));
}

ValueId BodyLowering::text(std::string_view bytes) {
  return f_->leaf(Op::GlobalAddr, kPtr, program_.text(bytes).index);
}

ValueId BodyLowering::where(const Sexp& x) { return text(program_.sources.describe(x.span())); }

ValueId BodyLowering::byte_count(const Sexp& count, SourceType element) {
  ValueId n = extended(count);
  if (!n.valid()) return n;
  if (f_->is_const(n))
    return f_->constant(kInt64, f_->inst(n).imm * static_cast<int64_t>(size_of(element)));
  return b_->binary(Op::Mul, n, f_->constant(kInt64, static_cast<int64_t>(size_of(element))));
}

Value BodyLowering::device_alloc(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 2)) return {};
  SourceType element = program_.parse_type(x[1], diags_);
  if (!element) return {};
  ValueId bytes = byte_count(x[2], element);
  if (!bytes.valid()) return {};
  return {types_.pointer(element, Space::Global),
          runtime_call("ll_device_alloc", kDevicePtr, {bytes, where(x)})};
}

Value BodyLowering::device_free(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 1)) return {};
  Value p = operand(x[1]);
  if (!p.ok() || !types_.is_pointer(p.type) || types_.space(p.type) != Space::Global)
    return wrong_type(x[1], p, "a device pointer (ptr T (addrspace 1))");
  runtime_call("ll_device_free", kVoid, {p.value, where(x)});
  return {};
}

Value BodyLowering::copy_elements(const Sexp& x, std::string_view function, bool to_device,
                                  bool from_device) {
  Value v[2] = {operand(x[1]), operand(x[2])};
  bool on_device[2] = {to_device, from_device};
  for (uint32_t i = 0; i < 2; ++i) {
    Space space = on_device[i] ? Space::Global : Space::Generic;
    if (!v[i].ok() || !types_.is_pointer(v[i].type) || types_.space(v[i].type) != space)
      return wrong_type(
          x[i + 1], v[i],
          on_device[i] ? "a device pointer (ptr T (addrspace 1))" : "a host pointer (ptr T)");
  }
  SourceType element = types_.pointee(v[0].type);
  if (element != types_.pointee(v[1].type)) {
    diags_.error(
        Code::E0313, x.span(),
        fmt::format("cannot copy between {} and {}", types_.str(v[0].type), types_.str(v[1].type)));
    return {};
  }
  ValueId bytes = byte_count(x[3], element);
  if (bytes.valid()) runtime_call(function, kVoid, {v[0].value, v[1].value, bytes, where(x)});
  return {};
}

Value BodyLowering::copy_to_device(const Form& form, const Sexp& x, Destination&) {
  return operands(form, x, 3) ? copy_elements(x, "ll_copy_to_device", true, false) : Value{};
}

Value BodyLowering::copy_from_device(const Form& form, const Sexp& x, Destination&) {
  return operands(form, x, 3) ? copy_elements(x, "ll_copy_from_device", false, true) : Value{};
}

Value BodyLowering::copy_on_device(const Form& form, const Sexp& x, Destination&) {
  return operands(form, x, 3) ? copy_elements(x, "ll_copy_on_device", true, true) : Value{};
}

Value BodyLowering::device_sync(const Form& form, const Sexp& x, Destination&) {
  if (operands(form, x, 0)) runtime_call("ll_device_sync", kVoid, {where(x)});
  return {};
}

Value BodyLowering::device_seconds(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 0)) return {};
  return {SourceTypes::kDouble, runtime_call("ll_device_seconds", kDouble, {where(x)})};
}

Value BodyLowering::launch(const Form& form, const Sexp& x, Destination&) {
  if (!operands(form, x, 1, SIZE_MAX)) return {};
  const Sexp& head = x[1];
  size_t sizes = head.size() == 0 ? 0 : head.size() - 1;
  if (!head.head() || (sizes != 2 && sizes != 4 && sizes != 6)) {
    diags_.error(Code::E0321, head.span(), fmt::format("malformed launch of '{}'", print(head)))
        .suggest(
            "write (k gx bx), (k gx gy bx by) or (k gx gy gz bx by bz): the grid, then the "
            "workgroup");
    return {};
  }
  Symbol name = head.head();
  FunctionEntry* kernel = program_.find_function(name);
  if (!kernel || !kernel->item) {
    Diag& d = diags_.error(Code::E0321, head[0].span(),
                           fmt::format("launch of unknown kernel '{}'", name.str()));
    if (kernel) d.note(kernel->span, "only declared here: a kernel must be defined in the module");
    else suggest(d, name, program_.function_names());
    return {};
  }
  if (kernel->is_broken) return {};
  const FunctionType& type = kernel->types[kernel->defining_type];
  ValueId dims, args;
  bool ok = launch_sizes(head, dims);
  if (!launch_arguments(x, type, args) || !ok) return {};
  program_.launches.push_back({kernel->definition, x.span()});
  runtime_call("ll_launch", kVoid, {text(name.str()), dims, args, where(x)});
  return {};
}

// Six 64-bit numbers in memory: the grid, then the workgroup; sizes that are left out are 1.
bool BodyLowering::launch_sizes(const Sexp& head, ValueId& dims) {
  dims = slot(*module().types.array(6, kInt64));
  uint32_t given = (head.size() - 1) / 2;
  bool ok = true;
  for (uint32_t i = 0; i < 6; ++i) {
    uint32_t dimension = i % 3, first = i < 3 ? 1 : 1 + given;
    ValueId n = dimension < given ? extended(head[first + dimension]) : f_->constant(kInt64, 1);
    ok = ok && n.valid();
    if (ok) b_->store(b_->ptradd(dims, static_cast<int32_t>(i * 8)), n);
  }
  return ok;
}

// One 8-byte slot per parameter. Device pointers are passed where the kernel declares plain ones.
bool BodyLowering::launch_arguments(const Sexp& x, const FunctionType& kernel, ValueId& args) {
  size_t count = kernel.params.size();
  if (x.size() - 2 != count) {
    diags_
        .error(Code::E0321, x.span(),
               fmt::format("kernel '{}' takes {} argument{}, not {}", x[1][0].symbol().str(), count,
                           count == 1 ? "" : "s", x.size() - 2))
        .note(kernel.span, "declared here");
    return false;
  }
  args = slot(*module().types.array(std::max<size_t>(count, 1), kInt64));
  bool ok = true;
  for (uint32_t i = 0; i < count; ++i) {
    const Sexp& form = x[i + 2];
    Value v = operand(form);
    SourceType expected = kernel.params[i];
    if (types_.is_pointer(expected))
      expected = types_.pointer(types_.pointee(expected), Space::Global);
    if (v.ok() && v.type != expected) {
      diags_
          .error(Code::E0321, form.span(),
                 fmt::format("'{}' is of type {}, but kernel '{}' takes {} here", print(form),
                             types_.str(v.type), x[1][0].symbol().str(), types_.str(expected)))
          .note(kernel.span, "declared here");
      ok = false;
    }
    ok = ok && v.ok() && !types_.is_aggregate(v.type);
    if (ok) b_->store(b_->ptradd(args, static_cast<int32_t>(i * kArgSlot)), v.value);
  }
  return ok;
}

}  // namespace ll::brilisp

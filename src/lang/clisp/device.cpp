// Device memory and launches (docs/language/host.md). Each form becomes the BriLisp operation of
// the same name.
#include <fmt/format.h>

#include "lang/brilisp/spelling.h"
#include "lang/clisp/function.h"

namespace ll::clisp {

Operand FunctionLowering::device_alloc(const Sexp& x, Use) {
  if (x.size() != 3) return wrong_count(x, "a type and a number of elements", Code::E0444);
  SourceType element = types_.parse(x[1], diags_);
  Operand count = value(x[2]);
  if (!element || !valid(count)) return failed();
  if (!require_integer(count, "the number of elements", Code::E0444)) return failed();
  return result(types_.pointer(element, Space::Global),
                out_.operation("device-alloc", {x[1], read(count)}, x.span()), x.span());
}

Operand FunctionLowering::device_free(const Sexp& x, Use) {
  if (x.size() != 2) return wrong_count(x, "one device pointer", Code::E0444);
  Operand p = value(x[1]);
  if (!valid(p)) return failed();
  if (!is(p, Kind::Pointer) || types_.space(type(p)) != Space::Global) {
    error(
        Code::E0444, p.span,
        fmt::format("device-free needs a device pointer, (ptr T (addrspace 1)), found {}", str(p)));
    return failed();
  }
  out_.instruction(out_.operation("device-free", {read(p)}, x.span()));
  return nothing(x.span());
}

Operand FunctionLowering::copy_to_device(const Sexp& x, Use) {
  return copy("copy-to-device", x, true, false);
}
Operand FunctionLowering::copy_from_device(const Sexp& x, Use) {
  return copy("copy-from-device", x, false, true);
}
Operand FunctionLowering::copy_on_device(const Sexp& x, Use) {
  return copy("copy-on-device", x, true, true);
}

// (word to from count)
Operand FunctionLowering::copy(std::string_view word, const Sexp& x, bool to_is_device,
                               bool from_is_device) {
  if (x.size() != 4)
    return wrong_count(x, "where to copy to, where from, and a number of elements", Code::E0444);
  std::vector<Operand> v = values(x.items().subspan(1));
  if (!all_valid(v)) return failed();
  const bool is_device[] = {to_is_device, from_is_device};
  for (int i = 0; i < 2; ++i) {
    Space wanted = is_device[i] ? Space::Global : Space::Generic;
    if (is(v[i], Kind::Pointer) && types_.space(type(v[i])) == wanted) continue;
    Diag& d = error(Code::E0444, v[i].span,
                    fmt::format("operand {} of {} must be a {} pointer, found {}", i + 1, word,
                                is_device[i] ? "device" : "host", str(v[i])));
    d.note({}, "device pointers, (ptr T (addrspace 1)), come from device-alloc");
    return failed();
  }
  if (types_.pointee(type(v[0])) != types_.pointee(type(v[1]))) {
    error(
        Code::E0444, x.span(),
        fmt::format("{} copies elements of one type, found {} and {}", word, str(v[0]), str(v[1])));
    return failed();
  }
  if (!require_integer(v[2], "the number of elements", Code::E0444)) return failed();
  out_.instruction(out_.operation(word, {read(v[0]), read(v[1]), read(v[2])}, x.span()));
  return nothing(x.span());
}

// (launch (kernel GX [GY [GZ]] BX [BY [BZ]]) argument …)
Operand FunctionLowering::launch(const Sexp& x, Use) {
  bool has_shape =
      x.size() > 1 && x[1].head() && (x[1].size() == 3 || x[1].size() == 5 || x[1].size() == 7);
  if (!has_shape) {
    error(Code::E0444, x.size() > 1 ? x[1].span() : x.span(),
          "bad launch: expected a kernel's name with 2, 4 or 6 sizes")
        .suggest("write (launch (kernel grid-x … workgroup-x …) argument …)");
    return failed();
  }
  std::vector<Operand> sizes = values(x[1].items().subspan(1));
  std::vector<Operand> args = values(x.items().subspan(2));
  if (!all_valid(sizes) || !all_valid(args)) return failed();
  for (const Operand& size : sizes)
    if (!require_integer(size, "a size of a launch", Code::E0444)) return failed();
  const FunctionSignature* kernel = environment_.function(x[1].head());
  if (!kernel) {
    Diag& d = error(Code::E0416, x[1][0].span(),
                    fmt::format("launch of undeclared kernel '{}'", x[1].head().str()));
    brilisp::suggest_spelling(d, x[1].head(), environment_.functions.names());
    return failed();
  }
  if (!kernel->ret || !check_launch(x, *kernel, args)) return failed();
  std::vector<Sexp> shape{x[1][0]}, items{x[0]};
  for (const Operand& size : sizes) shape.push_back(read(size));
  items.push_back(out_.list(shape, x[1].span()));
  for (const Operand& arg : args) items.push_back(read(arg));
  out_.instruction(out_.list(items, x.span()));
  return nothing(x.span());
}

bool FunctionLowering::check_launch(const Sexp& x, const FunctionSignature& kernel,
                                    std::span<const Operand> args) {
  if (args.size() != kernel.params.size()) {
    error(Code::E0417, x.span(),
          fmt::format("kernel '{}' takes {} arguments, received {}", kernel.name.str(),
                      kernel.params.size(), args.size()))
        .note(kernel.span, "it is defined here");
    return false;
  }
  bool fits = true;
  for (size_t i = 0; i < args.size(); ++i) {
    // The host passes device addresses, also where the kernel calls them generic pointers.
    SourceType expected = kernel.params[i];
    if (types_.is_pointer(expected))
      expected = types_.pointer(types_.pointee(expected), Space::Global);
    if (type(args[i]) == expected) continue;
    Diag& d = error(Code::E0418, args[i].span,
                    fmt::format("argument {} of kernel '{}' must be {}, found {}", i + 1,
                                kernel.name.str(), str(expected), str(args[i])));
    d.note(kernel.span, "the kernel is defined here");
    if (is(args[i], Kind::Pointer) && types_.is_pointer(expected))
      d.suggest("kernels see device memory only: use device-alloc and copy-to-device");
    else suggest_conversion(d, type(args[i]), expected);
    fits = false;
  }
  return fits;
}

Operand FunctionLowering::device_sync(const Sexp& x, Use) {
  if (x.size() != 1) return wrong_count(x, "no operands", Code::E0444);
  out_.instruction(x);
  return nothing(x.span());
}

Operand FunctionLowering::device_seconds(const Sexp& x, Use) {
  if (x.size() != 1) return wrong_count(x, "no operands", Code::E0444);
  return result(SourceTypes::kDouble, x, x.span());
}

}  // namespace ll::clisp

#include "driver/ffi.h"

#include <ffi.h>

#include <cstring>
#include <deque>
#include <memory>

#include "support/check.h"

namespace ll::driver {
namespace {

ffi_type* scalar_type(TypeId t) {
  if (is_ptr(t)) return &ffi_type_pointer;
  if (t == kVoid) return &ffi_type_void;
  if (t == kBool) return &ffi_type_uint8;
  if (t == kInt8) return &ffi_type_sint8;
  if (t == kInt16) return &ffi_type_sint16;
  if (t == kInt32) return &ffi_type_sint32;
  if (t == kInt64) return &ffi_type_sint64;
  return t == kFloat ? &ffi_type_float : &ffi_type_double;
}

// libffi's description of an aggregate. Only what the convention looks at matters: up to 16 bytes
// the scalars decide, beyond that size and alignment do.
class AggregateTypes {
 public:
  explicit AggregateTypes(const Types& types) : types_(types) {}

  ffi_type* get(TypeId t) {
    Row& row = rows_.emplace_back();
    if (types_.size(t) <= 16) {
      append_scalars(t, row.elements);
    } else {
      ffi_type* unit = types_.align(t) == 8   ? &ffi_type_sint64
                       : types_.align(t) == 4 ? &ffi_type_sint32
                       : types_.align(t) == 2 ? &ffi_type_sint16
                                              : &ffi_type_sint8;
      // Beyond 16 bytes it travels in memory; libffi itself works out the size from the elements.
      row.elements.assign(types_.size(t) / unit->size, unit);
    }
    row.elements.push_back(nullptr);
    row.type = {0, 0, FFI_TYPE_STRUCT, row.elements.data()};
    return &row.type;
  }

 private:
  struct Row {
    ffi_type type;
    std::vector<ffi_type*> elements;
  };

  // At most 16 bytes, so at most 16 scalars; nesting is bounded by the aggregate's own size
  // except for one-element wrappers, which are walked in a loop.
  void append_scalars(TypeId t, std::vector<ffi_type*>& out) {
    std::vector<TypeId> todo{t};
    while (!todo.empty()) {
      TypeId next = todo.back();
      todo.pop_back();
      if (!is_aggregate(next)) {
        out.push_back(scalar_type(next));
      } else if (types_.kind(next) == TypeKind::Array) {
        todo.insert(todo.end(), types_.size(next) ? types_.array_count(next) : 0,
                    types_.array_element(next));
      } else {
        auto fields = types_.fields(next);
        todo.insert(todo.end(), fields.rbegin(), fields.rend());
      }
    }
  }

  const Types& types_;
  std::deque<Row> rows_;
};

}  // namespace

Word call_native(const Module& m, const Function& signature, void* address,
                 std::span<const Word> args) {
  AggregateTypes aggregates(m.types);
  auto type_of = [&](TypeId t) { return is_aggregate(t) ? aggregates.get(t) : scalar_type(t); };
  bool indirect_result = is_aggregate(signature.ret);
  size_t count = signature.params.size();
  std::vector<ffi_type*> types(count);
  std::vector<void*> values(count);
  for (size_t i = 0; i < count; ++i) {
    types[i] = type_of(signature.params[i]);
    const Word& word = args[i + indirect_result];
    values[i] = is_aggregate(signature.params[i]) ? reinterpret_cast<void*>(word)
                                                  : const_cast<Word*>(&word);
  }
  ffi_cif cif;
  ffi_status status = ffi_prep_cif(&cif, FFI_DEFAULT_ABI, static_cast<unsigned>(count),
                                   type_of(signature.ret), types.data());
  LL_CHECK(status == FFI_OK, "libffi rejects the signature");
  ffi_arg result[2] = {};
  void* to = indirect_result ? reinterpret_cast<void*>(args[0]) : result;
  ffi_call(&cif, FFI_FN(address), to, values.data());
  if (indirect_result || signature.ret == kVoid) return 0;
  return static_cast<Word>(normalize_bits(signature.ret, static_cast<int64_t>(result[0])));
}

}  // namespace ll::driver

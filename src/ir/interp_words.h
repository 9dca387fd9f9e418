// Internal to the interpreter: what operations do to words (see Word in interp.h).
#pragma once
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "ir/interp_code.h"

namespace ll {

template <class T>
Word wrap(Word w) {
  if constexpr (std::is_same_v<T, bool>) return w & 1;
  else return static_cast<Word>(static_cast<int64_t>(static_cast<T>(w)));
}
template <class T>
int64_t as_signed(Word w) {
  if constexpr (std::is_same_v<T, bool>) return -static_cast<int64_t>(w);
  else return static_cast<int64_t>(w);
}
template <class T>
Word as_unsigned(Word w) {
  if constexpr (std::is_same_v<T, bool>) return w;
  else return static_cast<std::make_unsigned_t<T>>(w);
}
template <class T>
inline constexpr unsigned kWidth = std::is_same_v<T, bool> ? 1 : sizeof(T) * 8;

template <class T>
T as_float(Word w) {
  if constexpr (sizeof(T) == 4) return std::bit_cast<float>(static_cast<uint32_t>(w));
  else return std::bit_cast<double>(w);
}
inline Word from_float(float x) { return std::bit_cast<uint32_t>(x); }
inline Word from_float(double x) { return std::bit_cast<uint64_t>(x); }
template <class T>
inline constexpr Word kSignBit = Word{1} << (sizeof(T) * 8 - 1);

// Toward zero; what lies outside the type's range becomes its nearest end, NaN 0.
inline Word saturate_signed(double x, unsigned width) {
  if (std::isnan(x)) return 0;
  double end = std::ldexp(1.0, static_cast<int>(width) - 1);
  int64_t most = static_cast<int64_t>(~uint64_t{0} >> (65 - width));
  if (x >= end) return static_cast<Word>(most);
  if (x <= -end) return static_cast<Word>(-most - 1);
  return static_cast<Word>(static_cast<int64_t>(x));
}
inline Word saturate_unsigned(double x, unsigned width) {
  if (!(x > 0)) return 0;                                              // NaN too
  if (x >= std::ldexp(1.0, static_cast<int>(width))) return ~Word{0};  // all ones, sign extended
  auto value = static_cast<uint64_t>(x);
  unsigned unused = 64 - width;
  return static_cast<Word>(static_cast<int64_t>(value << unused) >> unused);
}

template <class T>
Word load(Word address) {
  T value;
  std::memcpy(&value, reinterpret_cast<const void*>(address), sizeof(T));
  if constexpr (std::is_floating_point_v<T>) return from_float(value);
  else return wrap<T>(static_cast<Word>(value));
}
template <class T>
void store(Word address, Word w) {
  T value;
  if constexpr (std::is_floating_point_v<T>) value = as_float<T>(w);
  else value = static_cast<T>(w);
  std::memcpy(reinterpret_cast<void*>(address), &value, sizeof(T));
}

// Addresses that cannot be good: around null (where a null pointer plus a field's offset ends up)
// and outside the half of the address space that belongs to programs.
inline bool is_wild(Word address) {
  constexpr Word kLowest = 4096, kEnd = Word{1} << 47;
  return address - kLowest >= kEnd - kLowest;
}

struct Quotient {
  Word value;
  bool good = true;
  TrapKind why = TrapKind::DivideByZero;
};
// A device takes 0 for what has no quotient.
template <class T>
Quotient divide_signed(Word a, Word b, bool remainder) {
  int64_t x = as_signed<T>(a), y = as_signed<T>(b);
  if (y == 0) return {0, false, TrapKind::DivideByZero};
  int64_t least = static_cast<int64_t>(~Word{0} << (kWidth<T> - 1));
  if (y == -1 && x == least) return {0, false, TrapKind::DivideOverflow};
  return {wrap<T>(static_cast<Word>(remainder ? x % y : x / y))};
}
template <class T>
Quotient divide_unsigned(Word a, Word b, bool remainder) {
  Word x = as_unsigned<T>(a), y = as_unsigned<T>(b);
  if (y == 0) return {0, false, TrapKind::DivideByZero};
  return {wrap<T>(remainder ? x % y : x / y)};
}

}  // namespace ll

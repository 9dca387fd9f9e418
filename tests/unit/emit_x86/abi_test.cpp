// Calls in both directions under the System V convention, against functions that g++ compiled:
// scalars of every kind beyond the registers, and structs of every class.
#include "x86_test.h"

namespace ll::x86 {
namespace {

struct TwoInts {
  int32_t a, b;
};
struct Mixed {
  double d;
  int64_t i;
};
struct Floats3 {
  float x, y, z;
};
struct Odd {
  char c[7];
};
struct Five {
  int32_t a;
  int8_t b;
};
struct Odd13 {
  char c[13];
};
struct Big {
  int64_t v[4];
};
struct FloatInt {
  float f;
  int32_t i;
};
struct Doubles {
  double a, b;
};
struct One {
  float f;
};

// Each sums what it is given with weights, so that a wrong place shows.
extern "C" {
int64_t c_two(TwoInts s, int k) { return s.a * 3 + s.b * 5 + k; }
double c_mixed(int k, Mixed s, double z) { return s.d + 2 * static_cast<double>(s.i) + k + z; }
float c_floats3(Floats3 s) { return s.x + 2 * s.y + 3 * s.z; }
int c_odd(Odd s) {
  int r = 0;
  for (int k = 0; k < 7; ++k) r = r * 3 + s.c[k];
  return r;
}
int c_five(Five s, Five t) { return s.a + s.b * 7 + t.a * 11 + t.b * 13; }
int c_odd13(Odd13 s) {
  int r = 0;
  for (int k = 0; k < 13; ++k) r = r * 3 + s.c[k];
  return r;
}
int64_t c_big(int a, Big s, int b) { return a + s.v[0] + 2 * s.v[1] + 3 * s.v[2] + 4 * s.v[3] + b; }
double c_doubles(Doubles s, FloatInt t) { return s.a - s.b + t.f * t.i; }
TwoInts r_two(int a) { return {a, a + 1}; }
Mixed r_mixed(int a) { return {a * 0.5, a * 3}; }
Floats3 r_floats3(float a) { return {a, a + 1, a + 2}; }
Odd r_odd(int a) {
  Odd o;
  for (int k = 0; k < 7; ++k) o.c[k] = static_cast<char>(a + k * k);
  return o;
}
Odd13 r_odd13(int a) {
  Odd13 o;
  for (int k = 0; k < 13; ++k) o.c[k] = static_cast<char>(a + k * k);
  return o;
}
Big r_big(int a) { return {{a, a * 2, a * 3, a * 4}}; }
Doubles r_doubles(double a) { return {a, -a}; }
One r_one(float a) { return {a * 2}; }
int64_t c_many(int8_t a, int16_t b, int c, int64_t d, bool e, int f, int8_t g, int16_t h, bool i,
               int64_t j, float k, double l, float m, double n, float o, double p, float q,
               double r, float s, double t) {
  double floats = k + 2 * l + 3 * m + 4 * n + 5 * o + 6 * p + 7 * q + 8 * r + 9 * s + 10 * t;
  return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j +
         static_cast<int64_t>(floats);
}
}

const char* kStructs = R"(
  (define-struct two (int int)) (define-struct mixed (double int64))
  (define-struct floats3 (float float float)) (define-struct odd ((arr 7 int8)))
  (define-struct five (int int8)) (define-struct odd13 ((arr 13 int8)))
  (define-struct big ((arr 4 int64))) (define-struct floatint (float int))
  (define-struct doubles (double double)) (define-struct one (float))
)";

void register_functions() {
  auto& t = test_functions();
#define ADD(f) t[#f] = reinterpret_cast<void*>(&f)
  ADD(c_two);
  ADD(c_mixed);
  ADD(c_floats3);
  ADD(c_odd);
  ADD(c_five);
  ADD(c_odd13);
  ADD(c_big);
  ADD(c_doubles);
  ADD(r_two);
  ADD(r_mixed);
  ADD(r_floats3);
  ADD(r_odd);
  ADD(r_odd13);
  ADD(r_big);
  ADD(r_doubles);
  ADD(r_one);
  ADD(c_many);
#undef ADD
}

template <class F>
void in_every_configuration(const std::string& functions, F test) {
  register_functions();
  Program p(std::string("(brilisp (ir-version \"1.0\")\n") + kStructs + functions + ")");
  ASSERT_TRUE(p.verified);
  for (const Configuration& c : configurations()) {
    SCOPED_TRACE(c.name);
    auto code = p.compile(c.options);
    ASSERT_TRUE(code);
    test(*code);
  }
}

template <class F>
F* function(const LinkedCode& code, const char* name) {
  return reinterpret_cast<F*>(code.find(name));
}

template <class T, unsigned N>
T bytes_of() {
  T v;
  for (unsigned k = 0; k < N; ++k) v.c[k] = static_cast<char>(k * 5 - 3);
  return v;
}

// Our functions receive structs by value and hand them on to C functions.
TEST(X86Abi, StructParameters) {
  in_every_configuration(
      R"(
    (define ((c_two int64) (s (struct two)) (k int)) (attributes external))
    (define ((c_mixed double) (k int) (s (struct mixed)) (z double)) (attributes external))
    (define ((c_floats3 float) (s (struct floats3))) (attributes external))
    (define ((c_odd int) (s (struct odd))) (attributes external))
    (define ((c_five int) (s (struct five)) (t (struct five))) (attributes external))
    (define ((c_odd13 int) (s (struct odd13))) (attributes external))
    (define ((c_big int64) (a int) (s (struct big)) (b int)) (attributes external))
    (define ((c_doubles double) (s (struct doubles)) (t (struct floatint))) (attributes external))
    (define ((two int64) (s (struct two)) (k int)) (set (r int64) (call c_two s k)) (ret r))
    (define ((mixed double) (k int) (s (struct mixed)) (z double))
      (set (r double) (call c_mixed k s z)) (ret r))
    (define ((floats3 float) (s (struct floats3))) (set (r float) (call c_floats3 s)) (ret r))
    (define ((odd int) (s (struct odd))) (set (r int) (call c_odd s)) (ret r))
    (define ((five int) (s (struct five)) (t (struct five))) (set (r int) (call c_five s t)) (ret r))
    (define ((odd13 int) (s (struct odd13))) (set (r int) (call c_odd13 s)) (ret r))
    (define ((big int64) (a int) (s (struct big)) (b int)) (set (r int64) (call c_big a s b)) (ret r))
    (define ((doubles double) (s (struct doubles)) (t (struct floatint)))
      (set (r double) (call c_doubles s t)) (ret r))
    (define ((late int64) (a int64) (b int64) (c int64) (d int64) (e int64) (s (struct mixed)) (t (struct two)))
      (set (q ptr) (ptradd s 8)) (set (i int64) (load q)) (set (j int64) (call c_two t 1))
      (set (r int64) (add i j)) (ret r))
  )",
      [](const LinkedCode& code) {
        EXPECT_EQ(function<decltype(c_two)>(code, "two")({7, 9}, 2), c_two({7, 9}, 2));
        EXPECT_EQ(function<decltype(c_mixed)>(code, "mixed")(3, {1.5, 9}, 0.25),
                  c_mixed(3, {1.5, 9}, 0.25));
        EXPECT_EQ(function<decltype(c_floats3)>(code, "floats3")({1, 2, 5}), c_floats3({1, 2, 5}));
        EXPECT_EQ(function<decltype(c_odd)>(code, "odd")(bytes_of<Odd, 7>()),
                  c_odd(bytes_of<Odd, 7>()));
        EXPECT_EQ(function<decltype(c_odd13)>(code, "odd13")(bytes_of<Odd13, 13>()),
                  c_odd13(bytes_of<Odd13, 13>()));
        EXPECT_EQ(function<decltype(c_five)>(code, "five")({1, 2}, {3, 4}), c_five({1, 2}, {3, 4}));
        Big big{{1, 10, 100, 1000}};
        EXPECT_EQ(function<decltype(c_big)>(code, "big")(5, big, 6), c_big(5, big, 6));
        EXPECT_EQ(function<decltype(c_doubles)>(code, "doubles")({4, 1.5}, {0.5f, 8}),
                  c_doubles({4, 1.5}, {0.5f, 8}));
        // The struct of two does not fit what is left of the registers; the next one still does.
        auto late = function<int64_t(int64_t, int64_t, int64_t, int64_t, int64_t, Mixed, TwoInts)>(
            code, "late");
        EXPECT_EQ(late(1, 2, 3, 4, 5, {2.5, 40}, {6, 7}), 40 + c_two({6, 7}, 1));
      });
}

TEST(X86Abi, StructResults) {
  in_every_configuration(
      R"(
    (define ((r_two (struct two)) (a int)) (attributes external))
    (define ((r_mixed (struct mixed)) (a int)) (attributes external))
    (define ((r_floats3 (struct floats3)) (a float)) (attributes external))
    (define ((r_odd (struct odd)) (a int)) (attributes external))
    (define ((r_odd13 (struct odd13)) (a int)) (attributes external))
    (define ((r_big (struct big)) (a int)) (attributes external))
    (define ((r_doubles (struct doubles)) (a double)) (attributes external))
    (define ((r_one (struct one)) (a float)) (attributes external))
    (define ((two (struct two)) (a int)) (set (s ptr) (slot (struct two))) (call r_two s a) (ret s))
    (define ((mixed (struct mixed)) (a int)) (set (s ptr) (slot (struct mixed))) (call r_mixed s a) (ret s))
    (define ((floats3 (struct floats3)) (a float)) (set (s ptr) (slot (struct floats3))) (call r_floats3 s a) (ret s))
    (define ((odd (struct odd)) (a int)) (set (s ptr) (slot (struct odd))) (call r_odd s a) (ret s))
    (define ((odd13 (struct odd13)) (a int)) (set (s ptr) (slot (struct odd13))) (call r_odd13 s a) (ret s))
    (define ((big (struct big)) (a int)) (set (s ptr) (slot (struct big))) (call r_big s a) (ret s))
    (define ((doubles (struct doubles)) (a double)) (set (s ptr) (slot (struct doubles))) (call r_doubles s a) (ret s))
    (define ((one (struct one)) (a float)) (set (s ptr) (slot (struct one))) (call r_one s a) (ret s))
  )",
      [](const LinkedCode& code) {
        auto same = [](const auto& a, const auto& b) { return std::memcmp(&a, &b, sizeof a) == 0; };
        EXPECT_TRUE(same(function<decltype(r_two)>(code, "two")(5), r_two(5)));
        EXPECT_TRUE(same(function<decltype(r_mixed)>(code, "mixed")(5), r_mixed(5)));
        EXPECT_TRUE(same(function<decltype(r_floats3)>(code, "floats3")(5), r_floats3(5)));
        EXPECT_TRUE(same(function<decltype(r_odd)>(code, "odd")(5), r_odd(5)));
        EXPECT_TRUE(same(function<decltype(r_odd13)>(code, "odd13")(5), r_odd13(5)));
        EXPECT_TRUE(same(function<decltype(r_big)>(code, "big")(5), r_big(5)));
        EXPECT_TRUE(same(function<decltype(r_doubles)>(code, "doubles")(5), r_doubles(5)));
        EXPECT_TRUE(same(function<decltype(r_one)>(code, "one")(5), r_one(5)));
      });
}

TEST(X86Abi, ManyScalars) {
  std::string params =
      "(a int8) (b int16) (c int) (d int64) (e bool) (f int) (g int8) (h int16) (i bool)"
      " (j int64) (k float) (l double) (m float) (n double) (o float) (p double)"
      " (q float) (r double) (s float) (t double)";
  in_every_configuration(
      "(define ((c_many int64) " + params + ") (attributes external))\n" +
          "(define ((many int64) " + params +
          ") (set (z int64) (call c_many a b c d e f g h i j k l m n o p q r s t)) (ret z))\n"
          "(define ((some int64)) (set (z int64) (call c_many (int8 -3) (int16 -4) 5 (int64 -6) #t "
          "-7 (int8 -8)"
          " (int16 -9) #t (int64 10) 1.0 (double 2.0) 3.0 (double 4.0) 5.0 (double 6.0) 7.0 "
          "(double 8.0)"
          " 9.0 (double 10.0))) (ret z))",
      [](const LinkedCode& code) {
        auto many = function<decltype(c_many)>(code, "many");
        EXPECT_EQ(many(-1, 2, -3, 4, true, -6, -7, 8, true, -10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
                  c_many(-1, 2, -3, 4, true, -6, -7, 8, true, -10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
        EXPECT_EQ(function<int64_t()>(code, "some")(),
                  c_many(-3, -4, 5, -6, true, -7, -8, -9, true, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10));
      });
}

TEST(X86Abi, VariableArguments) {
  in_every_configuration(R"(
    (define ((print4 int) (to ptr) (f ptr) (a int) (x double) (b int64) (y double)) (attributes external) (link "sprintf"))
    (define-global (format (arr 17 int8)) (constant) (bytes "256420252e326620256c6420252e316600"))
    (define ((show int) (to ptr)) (set (r int) (call print4 to (global format) -7 (double 2.5) (int64 99) (double 0.5))) (ret r))
  )",
                         [](const LinkedCode& code) {
                           char text[64];
                           function<int(char*)>(code, "show")(text);
                           EXPECT_STREQ(text, "-7 2.50 99 0.5");
                         });
}

// A callee keeps what the convention says it keeps, and rsp is aligned at every call.
extern "C" int c_aligned(void) {
  return static_cast<int>(reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) % 16);
}

TEST(X86Abi, AlignmentAtCalls) {
  test_functions()["c_aligned"] = reinterpret_cast<void*>(&c_aligned);
  std::string text = "(define ((c_aligned int)) (attributes external))\n";
  for (int n = 0; n < 4; ++n)
    text += fmt::format(
        "(define ((f{0} int) (k int)) (set (s ptr) (slot (arr {1} int8))) (store s k)"
        " (set (d ptr) (alloc int8 k)) (store d (int8 1)) (set (a int) (call c_aligned))"
        " (set (x int) (load s)) (set (b int) (mul a x)) (ret b))\n"
        "(define ((g{0} int) (k int)) (set (s ptr) (slot (arr {1} int8))) (store s k)"
        " (set (a int) (call c_aligned)) (set (x int) (load s)) (set (b int) (mul a x)) (ret b))\n",
        n, 4 + n * 8);
  in_every_configuration(text, [](const LinkedCode& code) {
    for (int n = 0; n < 4; ++n)
      for (int k = 1; k < 20; ++k) {
        EXPECT_EQ(function<int(int)>(code, fmt::format("f{}", n).c_str())(k), 0);
        EXPECT_EQ(function<int(int)>(code, fmt::format("g{}", n).c_str())(k), 0);
      }
  });
}

}  // namespace
}  // namespace ll::x86

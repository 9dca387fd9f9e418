// Every operation on every type it takes, on edge values, in registers, with constants and from
// memory: machine code against the interpreter, bit for bit.
#include "x86_test.h"

namespace ll::x86 {
namespace {

constexpr const char* kInts[] = {"bool", "int8", "int16", "int", "int64"};
constexpr const char* kFloats[] = {"float", "double"};

std::string define(const std::string& name, const std::string& ret, const std::string& params,
                   const std::string& body) {
  return fmt::format("(define (({} {}) {}) {})\n", name, ret, params, body);
}
std::string module_of(const std::string& functions) {
  return "(brilisp (ir-version \"1.0\")\n" + functions + ")";
}
std::string constant(const std::string& type, TypeId t, Word w) {
  if (type == "bool") return w ? "#t" : "#f";
  if (type == "float") return fmt::format("(float (bits #x{:x}))", w);
  if (type == "double") return fmt::format("(double (bits #x{:x}))", w);
  (void)t;
  return fmt::format("({} {})", type, static_cast<int64_t>(w));
}
TypeId type_of(const std::string& s) {
  return s == "bool"    ? kBool
         : s == "int8"  ? kInt8
         : s == "int16" ? kInt16
         : s == "int"   ? kInt32
         : s == "int64" ? kInt64
         : s == "float" ? kFloat
                        : kDouble;
}

// r = a OP b four ways: registers, each side constant, and the right side loaded.
std::string binary_forms(const std::string& op, const std::string& type, const std::string& ret) {
  std::string name = op + "." + type, out;
  auto body = [&](const std::string& a, const std::string& b) {
    return fmt::format("(set (r {}) ({} {} {})) (ret r)", ret, op, a, b);
  };
  out += define(name, ret, fmt::format("(a {0}) (b {0})", type), body("a", "b"));
  out += define(name + ".same", ret, fmt::format("(a {})", type), body("a", "a"));
  out += define(name + ".mem", ret, fmt::format("(a {0}) (b {0})", type),
                fmt::format("(set (s ptr) (slot {0})) (store s b) (set (l {0}) (load s)) {1}", type,
                            body("a", "l")));
  out += define(name + ".mem1", ret, fmt::format("(a {0}) (b {0})", type),
                fmt::format("(set (s ptr) (slot {0})) (store s a) (set (l {0}) (load s)) {1}", type,
                            body("l", "b")));
  unsigned n = 0;
  for (Word w : edge_values(type_of(type))) {
    std::string c = constant(type, type_of(type), w);
    out += define(fmt::format("{}.c{}", name, n), ret, fmt::format("(a {})", type), body("a", c));
    out += define(fmt::format("{}.d{}", name, n++), ret, fmt::format("(a {})", type), body(c, "a"));
  }
  return out;
}

// A comparison as a value is in binary_forms; here as a branch and as the choice of a select.
std::string compare_uses(const std::string& op, const std::string& type) {
  std::string params = fmt::format("(a {0}) (b {0})", type), out;
  std::string c = fmt::format("(set (c bool) ({} a b))", op);
  out += define(op + "." + type + ".br", "int", params,
                c + " (br c yes no) (label yes) (ret 11) (label no) (ret 22)");
  out += define(op + "." + type + ".br2", "int", params,
                c + " (br c yes no) (label no) (ret 22) (label yes) (ret 11)");
  for (const char* t : {"int", "double", "float", "int64"})
    out += define(fmt::format("{}.{}.sel.{}", op, type, t), t,
                  params + fmt::format(" (x {0}) (y {0})", t),
                  c + fmt::format(" (set (r {}) (select c x y)) (ret r)", t));
  return out;
}

TEST(X86Ops, IntegerBinary) {
  for (const char* type : kInts) {
    std::string text;
    for (const char* op : {"add", "sub", "mul", "div", "rem", "udiv", "urem", "and", "or", "xor",
                           "shl", "lshr", "ashr"})
      text += binary_forms(op, type, type);
    Comparison(module_of(text)).check_every_function();
  }
}

TEST(X86Ops, IntegerCompare) {
  for (const char* type : kInts) {
    std::string text;
    for (const char* op : {"eq", "ne", "lt", "le", "gt", "ge", "ult", "ule", "ugt", "uge"})
      text += binary_forms(op, type, "bool");
    Comparison(module_of(text)).check_every_function();
  }
}

TEST(X86Ops, CompareUses) {
  auto check = [](const std::string& text) {
    Comparison c(module_of(text));
    for (uint32_t k = 0; k < c.module().functions.size(); ++k) {
      const Function& f = *c.module().functions[k];
      for (Word a : edge_values(f.params[0]))
        for (Word b : edge_values(f.params[1])) {
          std::vector<Word> args{a, b};
          if (f.params.size() > 2) {
            args.push_back(edge_values(f.params[2])[2]);
            args.push_back(edge_values(f.params[2])[3]);
          }
          if (!c.check(FuncId(k), args)) return;
        }
    }
  };
  for (const char* type : kInts) {
    std::string text;
    for (const char* op : {"eq", "ne", "lt", "le", "gt", "ge", "ult", "ule", "ugt", "uge"})
      text += compare_uses(op, type);
    check(text);
  }
  for (const char* type : kFloats) {
    std::string text;
    for (const char* op : {"feq", "fne", "flt", "fle", "fgt", "fge"})
      text += compare_uses(op, type);
    check(text);
  }
}

TEST(X86Ops, FloatBinary) {
  for (const char* type : kFloats) {
    std::string text;
    for (const char* op : {"fadd", "fsub", "fmul", "fdiv"}) text += binary_forms(op, type, type);
    for (const char* op : {"feq", "fne", "flt", "fle", "fgt", "fge"})
      text += binary_forms(op, type, "bool");
    Comparison(module_of(text)).check_every_function();
  }
}

TEST(X86Ops, UnaryAndTernary) {
  std::string text;
  for (const char* type : kInts)
    text += define(fmt::format("not.{}", type), type, fmt::format("(a {})", type),
                   fmt::format("(set (r {}) (not a)) (ret r)", type));
  for (const char* type : kFloats) {
    for (const char* op : {"fneg", "fabs", "fsqrt"})
      text += define(fmt::format("{}.{}", op, type), type, fmt::format("(a {})", type),
                     fmt::format("(set (r {}) ({} a)) (ret r)", type, op));
    text += define(fmt::format("fma.{}", type), type, fmt::format("(a {0}) (b {0}) (c {0})", type),
                   fmt::format("(set (r {}) (fma a b c)) (ret r)", type));
  }
  for (const char* type : {"bool", "int8", "int16", "int", "int64", "float", "double"})
    text +=
        define(fmt::format("select.{}", type), type, fmt::format("(c bool) (a {0}) (b {0})", type),
               fmt::format("(set (r {}) (select c a b)) (ret r)", type));
  Comparison(module_of(text)).check_every_function();
}

TEST(X86Ops, Conversions) {
  std::string text;
  auto add = [&](const char* op, const std::string& from, const std::string& to) {
    std::string name = fmt::format("{}.{}.{}", op, from, to);
    text += define(name, to, fmt::format("(a {})", from),
                   fmt::format("(set (r {}) ({} a)) (ret r)", to, op));
    text += define(name + ".mem", to, fmt::format("(a {})", from),
                   fmt::format("(set (s ptr) (slot {0})) (store s a) (set (l {0}) (load s)) "
                               "(set (r {1}) ({2} l)) (ret r)",
                               from, to, op));
    // Chained with another use of the source, which then cannot be folded.
    unsigned n = 0;
    for (Word w : edge_values(type_of(from)))
      text += define(
          fmt::format("{}.c{}", name, n++), to, "(z int)",
          fmt::format("(set (r {}) ({} {})) (ret r)", to, op, constant(from, type_of(from), w)));
  };
  for (unsigned a = 0; a < 5; ++a)
    for (unsigned b = 0; b < 5; ++b) {
      if (a > b) add("trunc", kInts[a], kInts[b]);
      if (a < b) add("zext", kInts[a], kInts[b]), add("sext", kInts[a], kInts[b]);
    }
  for (const char* f : kFloats)
    for (unsigned a = 1; a < 5; ++a)
      for (const char* op : {"sitofp", "uitofp", "fptosi", "fptoui"})
        if (op[0] == 'f') add(op, f, kInts[a]);
        else add(op, kInts[a], f);
  add("fpext", "float", "double");
  add("fptrunc", "double", "float");
  add("bitcast", "int", "float");
  add("bitcast", "float", "int");
  add("bitcast", "int64", "double");
  add("bitcast", "double", "int64");
  Comparison(module_of(text)).check_every_function();
}

TEST(X86Ops, Pointers) {
  std::string text = R"(
  (define ((through int64) (a int64)) (set (p ptr) (inttoptr a)) (set (q ptr) (ptradd p 24))
    (set (r int64) (ptrtoint q)) (ret r))
  (define ((narrow int) (a int64)) (set (p ptr) (inttoptr a)) (set (r int) (ptrtoint p)) (ret r))
  (define ((widen int64) (a int)) (set (p ptr) (inttoptr a)) (set (r int64) (ptrtoint p)) (ret r))
  (define ((null bool) (a int64)) (set (p ptr) (inttoptr a)) (set (r bool) (eq p (ptr 0))) (ret r))
  (define ((below bool) (a int64) (b int64)) (set (p ptr) (inttoptr a)) (set (q ptr) (inttoptr b))
    (set (r bool) (ult p q)) (ret r))
)";
  for (const char* index : {"int8", "int16", "int", "int64"})
    for (const char* scale : {"1", "2", "3", "4", "8", "12", "16", "100", "4096"})
      text += fmt::format(
          "(define ((at.{0}.{1} int64) (a int64) (i {0})) (set (p ptr) (inttoptr a))"
          " (set (q ptr) (ptradd p i {1} -20)) (set (z ptr) (ptradd q 100))"
          " (set (r int64) (ptrtoint z)) (ret r))\n",
          index, scale);
  Comparison(module_of(text)).check_every_function();
}

// Division in a kernel never stops; where it is defined it is right.
TEST(X86Ops, DeviceDivision) {
  std::string text;
  for (const char* type : {"int8", "int16", "int", "int64"})
    for (const char* op : {"div", "rem", "udiv", "urem"})
      text += fmt::format(
          "(define (({0}.{1} {1}) (a {1}) (b {1})) (attributes device) (set (r {1})"
          " ({0} a b)) (ret r))\n",
          op, type);
  Program p(module_of(text));
  ASSERT_TRUE(p.verified);
  Interpreter interpreter(*p.verified, {});
  for (const Configuration& c : configurations()) {
    auto code = p.compile(c.options);
    ASSERT_TRUE(code);
    for (uint32_t k = 0; k < p.module->functions.size(); ++k) {
      const Function& f = *p.module->functions[k];
      bool is_signed = f.name.str()[0] != 'u';
      for (Word a : edge_values(f.params[0]))
        for (Word b : edge_values(f.params[0])) {
          Word args[2] = {a, b};
          Outcome got = call_native(code->find(f.link_name.str()), f, args);
          ASSERT_FALSE(got.trapped);
          auto smallest = static_cast<Word>(~Word{0} << (bit_width(f.ret) - 1));
          if (b == 0 || (is_signed && b == ~Word{0} && a == smallest)) continue;
          Word expected = 0;
          Interpreter::Failure failure;
          ASSERT_TRUE(interpreter.call(FuncId(k), args, expected, failure));
          ASSERT_EQ(got.value, expected) << f.name.str() << " " << a << " " << b;
        }
    }
  }
}

}  // namespace
}  // namespace ll::x86

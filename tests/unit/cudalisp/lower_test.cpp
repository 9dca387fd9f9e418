// The C-Lisp that cuda-lisp programs stand for, and the errors of this level.
#include "lang/cudalisp/lower.h"

#include <gtest/gtest.h>

namespace ll::cudalisp {
namespace {

struct Lowering {
  SourceMap sources;
  Arena arena;
  Diags diags{sources};
  std::optional<Sexp> result;

  explicit Lowering(std::string_view text) {
    if (const Sexp* form = read(*sources.add("t", std::string(text)), arena, diags))
      result = lower(*form, arena, diags);
  }
};

void expect_lowered(std::string_view source, std::string_view expected) {
  Lowering l(source);
  ASSERT_TRUE(l.result) << source;
  const Sexp* x = read(*l.sources.add("expected", std::string(expected)), l.arena, l.diags);
  ASSERT_TRUE(x) << expected;
  EXPECT_TRUE(equal(*l.result, *x)) << print_pretty(*l.result);
}

void expect_error(std::string_view source, Code code, uint32_t line, uint32_t column) {
  Lowering l(source);
  EXPECT_FALSE(l.result) << source;
  ASSERT_EQ(l.diags.all().size(), 1u) << source;
  const Diag& d = l.diags.all()[0];
  EXPECT_EQ(code_name(d.code), code_name(code)) << source;
  Location at = l.sources.locate(d.span.lo);
  EXPECT_EQ(at.line, line) << source;
  EXPECT_EQ(at.column, column) << source;
}

TEST(CudaLispLower, ExampleOfTheLanguagePage) {
  expect_lowered(R"((cuda-lisp
      (define-shared row [32 float])
      (define-kernel ((scale void) (x (ptr float)) (k float) (n int))
          (declare i int)
          (set i (add [tid.x] (mul [bid.x] [bdim.x])))
          (if (lt i n)
              (store (ptradd x i) (fmul k (load (ptradd x i)))))
          (__syncthreads))))",
                 R"((c-lisp
      (define-global (row (arr 32 float)) (addrspace 3))
      (define ((llvm.nvvm.read.ptx.sreg.tid.x int)))
      (define ((llvm.nvvm.read.ptx.sreg.ctaid.x int)))
      (define ((llvm.nvvm.read.ptx.sreg.ntid.x int)))
      (define ((llvm.nvvm.barrier0 void)))
      (define-kernel ((scale void) (x (ptr float)) (k float) (n int))
          (declare i int)
          (set i (add (call llvm.nvvm.read.ptx.sreg.tid.x)
                      (mul (call llvm.nvvm.read.ptx.sreg.ctaid.x)
                           (call llvm.nvvm.read.ptx.sreg.ntid.x))))
          (if (lt i n)
              (store (ptradd x i) (fmul k (load (ptradd x i)))))
          (call llvm.nvvm.barrier0))))");
}

TEST(CudaLispLower, IntrinsicsAreDeclaredOnceAndOnlyKernelsAreRewritten) {
  expect_lowered(R"((cuda-lisp
      (define ((helper int)) (ret (tid.x)))
      (define-kernel ((a void) (p (ptr int))) (store p [tid.y]) (store p (tid.y)))
      (define-kernel ((b void) (p (ptr int))) (store p [tid.y]) ())))",
                 R"((c-lisp
      (define ((helper int)) (ret (tid.x)))
      (define ((llvm.nvvm.read.ptx.sreg.tid.y int)))
      (define-kernel ((a void) (p (ptr int)))
        (store p (call llvm.nvvm.read.ptx.sreg.tid.y))
        (store p (call llvm.nvvm.read.ptx.sreg.tid.y)))
      (define-kernel ((b void) (p (ptr int)))
        (store p (call llvm.nvvm.read.ptx.sreg.tid.y)) ())))");
}

TEST(CudaLispLower, AllDimensions) {
  for (std::string_view d : {"x", "y", "z"})
    for (auto [form, name] :
         {std::pair{"tid", "tid"}, {"bid", "ctaid"}, {"bdim", "ntid"}, {"gdim", "nctaid"}}) {
      std::string function = "llvm.nvvm.read.ptx.sreg." + std::string(name) + "." + std::string(d);
      expect_lowered("(cuda-lisp (define-kernel ((k void)) (set tid.x [" + std::string(form) + "." +
                         std::string(d) + "])))",
                     "(c-lisp (define ((" + function +
                         " int))) (define-kernel ((k void)) "
                         "(set tid.x (call " +
                         function + "))))");
    }
}

TEST(CudaLispLower, DeclareGlobal) {
  expect_lowered("(cuda-lisp (define-kernel ((k void)) (declare-global p (ptr float))))",
                 "(c-lisp (define-kernel ((k void)) (declare p (ptr float (addrspace 1)))))");
}

TEST(CudaLispLower, Errors) {
  expect_error("(c-lisp)", Code::E0500, 1, 1);
  expect_error("(cuda-lisp\n (define-kernel ((k void))))", Code::E0500, 2, 2);
  expect_error("(cuda-lisp (define-shared))", Code::E0501, 1, 12);
  expect_error("(cuda-lisp (define-shared s 4))", Code::E0501, 1, 12);
  expect_error("(cuda-lisp (define-shared s [n float]))", Code::E0501, 1, 12);
  expect_error("(cuda-lisp (define-kernel ((k int)) ()))", Code::E0502, 1, 31);
  expect_error("(cuda-lisp (define-kernel ((k void)) (declare-global p)))", Code::E0503, 1, 38);
  expect_error("(cuda-lisp (define-kernel ((k void)) (declare-global p int)))", Code::E0503, 1, 56);
  expect_error("(cuda-lisp (define-kernel ((k void)) (if c (set i [tid.w]))))", Code::E0504, 1, 51);
  expect_error("(cuda-lisp (define-kernel ((k void)) (declare-global p (ptr int (addrspace 1)))))",
               Code::E0505, 1, 56);
}

TEST(CudaLispLower, NodesCarryTheirSource) {
  Lowering l("(cuda-lisp\n (define-kernel ((k void))\n  (set i [tid.x])))");
  ASSERT_TRUE(l.result);
  EXPECT_EQ(l.sources.describe((*l.result)[2][2][2].span()), "t:3:10");
}

}  // namespace
}  // namespace ll::cudalisp

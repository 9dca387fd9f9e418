;; Floating point: correctly rounded, no contraction, subnormals kept, signs of zero and NaN.
;; call: fadd.float 0.1 0.2 => 0x1.333334p-2
;; call: fadd.double 0.1 0.2 => 0x1.3333333333334p-2
;; call: fadd.float inf -inf => nan
;; call: fadd.float 0x1p-149 0x1p-149 => 0x1p-148
;; call: fsub.float 1.0 0x1p-25 => 1.0
;; call: fsub.double 1.0 0x1p-53 => 0x1.fffffffffffffp-1
;; call: fsub.float 0.0 0.0 => 0.0
;; call: fmul.float -0.0 5.0 => -0.0
;; call: fmul.float 0x1p-140 0x1p-10 => 0.0
;; call: fmul.double 1e200 1e200 => inf
;; call: fdiv.float 1.0 3.0 => 0x1.555556p-2
;; call: fdiv.double 1.0 3.0 => 0x1.5555555555555p-2
;; call: fdiv.float 1.0 0.0 => inf
;; call: fdiv.float -1.0 0.0 => -inf
;; call: fdiv.double 0.0 0.0 => nan
;; call: fneg.float 0.0 => -0.0
;; call: fneg.double -2.5 => 2.5
;; call: fneg.float nan => nan
;; call: fabs.float -0.0 => 0.0
;; call: fabs.double -inf => inf
;; call: fsqrt.float 2.0 => 0x1.6a09e6p0
;; call: fsqrt.double 2.0 => 0x1.6a09e667f3bcdp0
;; call: fsqrt.double -1.0 => nan
;; call: fsqrt.float -0.0 => -0.0
;; call: fma.float 0x1.000002p0 0x1.000002p0 -0x1.000004p0 => 0x1p-46
;; call: fma.double 0x1.0000000000001p0 0x1.0000000000001p0 -0x1.0000000000002p0 => 0x1p-104
;; call: mul_then_add 0x1.000002p0 0x1.000002p0 -0x1.000004p0 => 0.0
;; call: literals => 0x1.8p1
;; call: nan_bits => 2143289345
(brilisp (ir-version "1.0")
  (define ((fadd.float float) (a float) (b float)) (set (r float) (fadd a b)) (ret r))
  (define ((fsub.float float) (a float) (b float)) (set (r float) (fsub a b)) (ret r))
  (define ((fmul.float float) (a float) (b float)) (set (r float) (fmul a b)) (ret r))
  (define ((fdiv.float float) (a float) (b float)) (set (r float) (fdiv a b)) (ret r))
  (define ((fadd.double double) (a double) (b double)) (set (r double) (fadd a b)) (ret r))
  (define ((fsub.double double) (a double) (b double)) (set (r double) (fsub a b)) (ret r))
  (define ((fmul.double double) (a double) (b double)) (set (r double) (fmul a b)) (ret r))
  (define ((fdiv.double double) (a double) (b double)) (set (r double) (fdiv a b)) (ret r))
  (define ((fneg.float float) (a float)) (set (r float) (fneg a)) (ret r))
  (define ((fneg.double double) (a double)) (set (r double) (fneg a)) (ret r))
  (define ((fabs.float float) (a float)) (set (r float) (fabs a)) (ret r))
  (define ((fabs.double double) (a double)) (set (r double) (fabs a)) (ret r))
  (define ((fsqrt.float float) (a float)) (set (r float) (fsqrt a)) (ret r))
  (define ((fsqrt.double double) (a double)) (set (r double) (fsqrt a)) (ret r))
  (define ((fma.float float) (a float) (b float) (c float)) (set (r float) (fma a b c)) (ret r))
  (define ((fma.double double) (a double) (b double) (c double))
    (set (r double) (fma a b c))
    (ret r))
  (define ((mul_then_add float) (a float) (b float) (c float))
    (set (p float) (fmul a b))
    (set (r float) (fadd p c))
    (ret r))
  (define ((literals float))
    (set (a float) (fadd 1.5 (float 0.5)))
    (set (b double) (fadd (double 0.5) (double (bits #x3fe0000000000000))))
    (set (c float) (fptrunc b))
    (set (r float) (fadd a c))
    (ret r))
  (define ((nan_bits int))
    (set (p ptr) (slot float))
    (store p (float (bits #x7fc00001)))
    (set (r int) (load p))
    (ret r)))

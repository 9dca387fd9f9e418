;; Conversions: truncation, extension, rounding, saturation.
;; call: trunc.8 300 => 44
;; call: trunc.8 -129 => 127
;; call: trunc.16 -32769 => 32767
;; call: trunc.bool 2 => #f
;; call: trunc.bool 3 => #t
;; call: trunc.32 4294967297 => 1
;; call: zext.bool #t => 1
;; call: zext.8 -1 => 255
;; call: zext.16 -1 => 65535
;; call: zext.32 -1 => 4294967295
;; call: sext.bool #t => -1
;; call: sext.bool #f => 0
;; call: sext.8 -5 => -5
;; call: sext.16 -5 => -5
;; call: sext.32 -5 => -5
;; call: fpext 0.1 => 0x1.99999ap-4
;; call: fptrunc 0.1 => 0x1.99999ap-4
;; call: fptrunc 1e300 => inf
;; call: fptrunc 1e-50 => 0.0
;; call: sitofp.8f -128 => -128.0
;; call: sitofp.32f 16777217 => 16777216.0
;; call: sitofp.64f 9007199791611905 => 0x1.000002p53
;; call: sitofp.64d -9007199254740993 => -9007199254740992.0
;; call: uitofp.8f -1 => 255.0
;; call: uitofp.32d -1 => 4294967295.0
;; call: uitofp.64f -1 => 0x1p64
;; call: uitofp.64d -1 => 0x1p64
;; call: fptosi.f8 127.9 => 127
;; call: fptosi.f8 128.0 => 127
;; call: fptosi.f8 -129.5 => -128
;; call: fptosi.f32 nan => 0
;; call: fptosi.f32 -1.9 => -1
;; call: fptosi.f32 2147483648.0 => 2147483647
;; call: fptosi.f32 -inf => -2147483648
;; call: fptosi.d64 inf => 9223372036854775807
;; call: fptosi.d64 -1e30 => -9223372036854775808
;; call: fptosi.d64 9007199254740993.0 => 9007199254740992
;; call: fptoui.f8 255.9 => -1
;; call: fptoui.f8 200.0 => -56
;; call: fptoui.f8 -3.0 => 0
;; call: fptoui.f8 1000.0 => -1
;; call: fptoui.d64 18446744073709549568.0 => -2048
;; call: fptoui.d64 1e20 => -1
;; call: fptoui.d64 nan => 0
;; call: ptrtoint.64 -1 => -1
;; call: ptrtoint.32 4294967297 => 1
;; call: inttoptr.64 123456789012 => 123456789012
;; call: inttoptr.32 -255 => 4294967041
;; call: bitcast.fi -0.0 => -2147483648
;; call: bitcast.if 1065353216 => 1.0
;; call: bitcast.dl 1.0 => 4607182418800017408
;; call: bitcast.ld -9223372036854775808 => -0.0
;; call: spaces 70000 => 70000
(brilisp (ir-version "1.0")
  (define ((trunc.8 int8) (a int)) (set (r int8) (trunc a)) (ret r))
  (define ((trunc.16 int16) (a int)) (set (r int16) (trunc a)) (ret r))
  (define ((trunc.bool bool) (a int)) (set (r bool) (trunc a)) (ret r))
  (define ((trunc.32 int) (a int64)) (set (r int) (trunc a)) (ret r))
  (define ((zext.bool int) (a bool)) (set (r int) (zext a)) (ret r))
  (define ((zext.8 int) (a int8)) (set (r int) (zext a)) (ret r))
  (define ((zext.16 int64) (a int16)) (set (r int64) (zext a)) (ret r))
  (define ((zext.32 int64) (a int)) (set (r int64) (zext a)) (ret r))
  (define ((sext.bool int8) (a bool)) (set (r int8) (sext a)) (ret r))
  (define ((sext.8 int16) (a int8)) (set (r int16) (sext a)) (ret r))
  (define ((sext.16 int) (a int16)) (set (r int) (sext a)) (ret r))
  (define ((sext.32 int64) (a int)) (set (r int64) (sext a)) (ret r))
  (define ((fpext double) (a float)) (set (r double) (fpext a)) (ret r))
  (define ((fptrunc float) (a double)) (set (r float) (fptrunc a)) (ret r))
  (define ((sitofp.8f float) (a int8)) (set (r float) (sitofp a)) (ret r))
  (define ((sitofp.32f float) (a int)) (set (r float) (sitofp a)) (ret r))
  (define ((sitofp.64f float) (a int64)) (set (r float) (sitofp a)) (ret r))
  (define ((sitofp.64d double) (a int64)) (set (r double) (sitofp a)) (ret r))
  (define ((uitofp.8f float) (a int8)) (set (r float) (uitofp a)) (ret r))
  (define ((uitofp.32d double) (a int)) (set (r double) (uitofp a)) (ret r))
  (define ((uitofp.64f float) (a int64)) (set (r float) (uitofp a)) (ret r))
  (define ((uitofp.64d double) (a int64)) (set (r double) (uitofp a)) (ret r))
  (define ((fptosi.f8 int8) (a float)) (set (r int8) (fptosi a)) (ret r))
  (define ((fptosi.f32 int) (a float)) (set (r int) (fptosi a)) (ret r))
  (define ((fptosi.d64 int64) (a double)) (set (r int64) (fptosi a)) (ret r))
  (define ((fptoui.f8 int8) (a float)) (set (r int8) (fptoui a)) (ret r))
  (define ((fptoui.d64 int64) (a double)) (set (r int64) (fptoui a)) (ret r))
  (define ((ptrtoint.64 int64) (a ptr)) (set (r int64) (ptrtoint a)) (ret r))
  (define ((ptrtoint.32 int) (a ptr)) (set (r int) (ptrtoint a)) (ret r))
  (define ((inttoptr.64 ptr) (a int64)) (set (r ptr) (inttoptr a)) (ret r))
  (define ((inttoptr.32 ptr) (a int)) (set (r ptr) (inttoptr a)) (ret r))
  (define ((bitcast.fi int) (a float)) (set (r int) (bitcast a)) (ret r))
  (define ((bitcast.if float) (a int)) (set (r float) (bitcast a)) (ret r))
  (define ((bitcast.dl int64) (a double)) (set (r int64) (bitcast a)) (ret r))
  (define ((bitcast.ld double) (a int64)) (set (r double) (bitcast a)) (ret r))
  (define ((spaces ptr) (a ptr))
    (set (g (ptr (addrspace 1))) (addrspacecast a))
    (set (r ptr) (addrspacecast g))
    (ret r)))

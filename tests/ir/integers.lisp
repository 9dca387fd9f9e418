;; Integer operations at every width and on bool: wrapping, signs, shifts modulo the width,
;; divisions without a quotient.
;; call: add.int8 7 3 => 10
;; call: add.int8 -7 3 => -4
;; call: add.int8 -128 -1 => 127
;; call: add.int8 127 2 => -127
;; call: add.int16 7 3 => 10
;; call: add.int16 -7 3 => -4
;; call: add.int16 -32768 -1 => 32767
;; call: add.int16 32767 2 => -32767
;; call: add.int 7 3 => 10
;; call: add.int -7 3 => -4
;; call: add.int -2147483648 -1 => 2147483647
;; call: add.int 2147483647 2 => -2147483647
;; call: add.int64 7 3 => 10
;; call: add.int64 -7 3 => -4
;; call: add.int64 -9223372036854775808 -1 => 9223372036854775807
;; call: add.int64 9223372036854775807 2 => -9223372036854775807
;; call: sub.int8 7 3 => 4
;; call: sub.int8 -7 3 => -10
;; call: sub.int8 -128 -1 => -127
;; call: sub.int8 127 2 => 125
;; call: sub.int16 7 3 => 4
;; call: sub.int16 -7 3 => -10
;; call: sub.int16 -32768 -1 => -32767
;; call: sub.int16 32767 2 => 32765
;; call: sub.int 7 3 => 4
;; call: sub.int -7 3 => -10
;; call: sub.int -2147483648 -1 => -2147483647
;; call: sub.int 2147483647 2 => 2147483645
;; call: sub.int64 7 3 => 4
;; call: sub.int64 -7 3 => -10
;; call: sub.int64 -9223372036854775808 -1 => -9223372036854775807
;; call: sub.int64 9223372036854775807 2 => 9223372036854775805
;; call: mul.int8 7 3 => 21
;; call: mul.int8 -7 3 => -21
;; call: mul.int8 -128 -1 => -128
;; call: mul.int8 127 2 => -2
;; call: mul.int16 7 3 => 21
;; call: mul.int16 -7 3 => -21
;; call: mul.int16 -32768 -1 => -32768
;; call: mul.int16 32767 2 => -2
;; call: mul.int 7 3 => 21
;; call: mul.int -7 3 => -21
;; call: mul.int -2147483648 -1 => -2147483648
;; call: mul.int 2147483647 2 => -2
;; call: mul.int64 7 3 => 21
;; call: mul.int64 -7 3 => -21
;; call: mul.int64 -9223372036854775808 -1 => -9223372036854775808
;; call: mul.int64 9223372036854775807 2 => -2
;; call: div.int8 7 3 => 2
;; call: div.int8 -7 3 => -2
;; call: div.int8 -128 -1 => error division overflows (smallest integer by -1)
;; call: div.int8 127 2 => 63
;; call: div.int8 1 0 => error division by zero
;; call: div.int16 7 3 => 2
;; call: div.int16 -7 3 => -2
;; call: div.int16 -32768 -1 => error division overflows (smallest integer by -1)
;; call: div.int16 32767 2 => 16383
;; call: div.int16 1 0 => error division by zero
;; call: div.int 7 3 => 2
;; call: div.int -7 3 => -2
;; call: div.int -2147483648 -1 => error division overflows (smallest integer by -1)
;; call: div.int 2147483647 2 => 1073741823
;; call: div.int 1 0 => error division by zero
;; call: div.int64 7 3 => 2
;; call: div.int64 -7 3 => -2
;; call: div.int64 -9223372036854775808 -1 => error division overflows (smallest integer by -1)
;; call: div.int64 9223372036854775807 2 => 4611686018427387903
;; call: div.int64 1 0 => error division by zero
;; call: rem.int8 7 3 => 1
;; call: rem.int8 -7 3 => -1
;; call: rem.int8 -128 -1 => error division overflows (smallest integer by -1)
;; call: rem.int8 127 2 => 1
;; call: rem.int8 1 0 => error division by zero
;; call: rem.int16 7 3 => 1
;; call: rem.int16 -7 3 => -1
;; call: rem.int16 -32768 -1 => error division overflows (smallest integer by -1)
;; call: rem.int16 32767 2 => 1
;; call: rem.int16 1 0 => error division by zero
;; call: rem.int 7 3 => 1
;; call: rem.int -7 3 => -1
;; call: rem.int -2147483648 -1 => error division overflows (smallest integer by -1)
;; call: rem.int 2147483647 2 => 1
;; call: rem.int 1 0 => error division by zero
;; call: rem.int64 7 3 => 1
;; call: rem.int64 -7 3 => -1
;; call: rem.int64 -9223372036854775808 -1 => error division overflows (smallest integer by -1)
;; call: rem.int64 9223372036854775807 2 => 1
;; call: rem.int64 1 0 => error division by zero
;; call: udiv.int8 7 3 => 2
;; call: udiv.int8 -7 3 => 83
;; call: udiv.int8 -128 -1 => 0
;; call: udiv.int8 127 2 => 63
;; call: udiv.int8 1 0 => error division by zero
;; call: udiv.int16 7 3 => 2
;; call: udiv.int16 -7 3 => 21843
;; call: udiv.int16 -32768 -1 => 0
;; call: udiv.int16 32767 2 => 16383
;; call: udiv.int16 1 0 => error division by zero
;; call: udiv.int 7 3 => 2
;; call: udiv.int -7 3 => 1431655763
;; call: udiv.int -2147483648 -1 => 0
;; call: udiv.int 2147483647 2 => 1073741823
;; call: udiv.int 1 0 => error division by zero
;; call: udiv.int64 7 3 => 2
;; call: udiv.int64 -7 3 => 6148914691236517203
;; call: udiv.int64 -9223372036854775808 -1 => 0
;; call: udiv.int64 9223372036854775807 2 => 4611686018427387903
;; call: udiv.int64 1 0 => error division by zero
;; call: urem.int8 7 3 => 1
;; call: urem.int8 -7 3 => 0
;; call: urem.int8 -128 -1 => -128
;; call: urem.int8 127 2 => 1
;; call: urem.int8 1 0 => error division by zero
;; call: urem.int16 7 3 => 1
;; call: urem.int16 -7 3 => 0
;; call: urem.int16 -32768 -1 => -32768
;; call: urem.int16 32767 2 => 1
;; call: urem.int16 1 0 => error division by zero
;; call: urem.int 7 3 => 1
;; call: urem.int -7 3 => 0
;; call: urem.int -2147483648 -1 => -2147483648
;; call: urem.int 2147483647 2 => 1
;; call: urem.int 1 0 => error division by zero
;; call: urem.int64 7 3 => 1
;; call: urem.int64 -7 3 => 0
;; call: urem.int64 -9223372036854775808 -1 => -9223372036854775808
;; call: urem.int64 9223372036854775807 2 => 1
;; call: urem.int64 1 0 => error division by zero
;; call: and.int8 7 3 => 3
;; call: and.int8 -7 3 => 1
;; call: and.int8 -128 -1 => -128
;; call: and.int8 127 2 => 2
;; call: and.int16 7 3 => 3
;; call: and.int16 -7 3 => 1
;; call: and.int16 -32768 -1 => -32768
;; call: and.int16 32767 2 => 2
;; call: and.int 7 3 => 3
;; call: and.int -7 3 => 1
;; call: and.int -2147483648 -1 => -2147483648
;; call: and.int 2147483647 2 => 2
;; call: and.int64 7 3 => 3
;; call: and.int64 -7 3 => 1
;; call: and.int64 -9223372036854775808 -1 => -9223372036854775808
;; call: and.int64 9223372036854775807 2 => 2
;; call: or.int8 7 3 => 7
;; call: or.int8 -7 3 => -5
;; call: or.int8 -128 -1 => -1
;; call: or.int8 127 2 => 127
;; call: or.int16 7 3 => 7
;; call: or.int16 -7 3 => -5
;; call: or.int16 -32768 -1 => -1
;; call: or.int16 32767 2 => 32767
;; call: or.int 7 3 => 7
;; call: or.int -7 3 => -5
;; call: or.int -2147483648 -1 => -1
;; call: or.int 2147483647 2 => 2147483647
;; call: or.int64 7 3 => 7
;; call: or.int64 -7 3 => -5
;; call: or.int64 -9223372036854775808 -1 => -1
;; call: or.int64 9223372036854775807 2 => 9223372036854775807
;; call: xor.int8 7 3 => 4
;; call: xor.int8 -7 3 => -6
;; call: xor.int8 -128 -1 => 127
;; call: xor.int8 127 2 => 125
;; call: xor.int16 7 3 => 4
;; call: xor.int16 -7 3 => -6
;; call: xor.int16 -32768 -1 => 32767
;; call: xor.int16 32767 2 => 32765
;; call: xor.int 7 3 => 4
;; call: xor.int -7 3 => -6
;; call: xor.int -2147483648 -1 => 2147483647
;; call: xor.int 2147483647 2 => 2147483645
;; call: xor.int64 7 3 => 4
;; call: xor.int64 -7 3 => -6
;; call: xor.int64 -9223372036854775808 -1 => 9223372036854775807
;; call: xor.int64 9223372036854775807 2 => 9223372036854775805
;; call: shl.int8 5 1 => 10
;; call: shl.int8 -7 2 => -28
;; call: shl.int8 -128 7 => 0
;; call: shl.int8 3 9 => 6
;; call: shl.int8 -2 -1 => 0
;; call: shl.int16 5 1 => 10
;; call: shl.int16 -7 2 => -28
;; call: shl.int16 -32768 15 => 0
;; call: shl.int16 3 17 => 6
;; call: shl.int16 -2 -1 => 0
;; call: shl.int 5 1 => 10
;; call: shl.int -7 2 => -28
;; call: shl.int -2147483648 31 => 0
;; call: shl.int 3 33 => 6
;; call: shl.int -2 -1 => 0
;; call: shl.int64 5 1 => 10
;; call: shl.int64 -7 2 => -28
;; call: shl.int64 -9223372036854775808 63 => 0
;; call: shl.int64 3 65 => 6
;; call: shl.int64 -2 -1 => 0
;; call: lshr.int8 5 1 => 2
;; call: lshr.int8 -7 2 => 62
;; call: lshr.int8 -128 7 => 1
;; call: lshr.int8 3 9 => 1
;; call: lshr.int8 -2 -1 => 1
;; call: lshr.int16 5 1 => 2
;; call: lshr.int16 -7 2 => 16382
;; call: lshr.int16 -32768 15 => 1
;; call: lshr.int16 3 17 => 1
;; call: lshr.int16 -2 -1 => 1
;; call: lshr.int 5 1 => 2
;; call: lshr.int -7 2 => 1073741822
;; call: lshr.int -2147483648 31 => 1
;; call: lshr.int 3 33 => 1
;; call: lshr.int -2 -1 => 1
;; call: lshr.int64 5 1 => 2
;; call: lshr.int64 -7 2 => 4611686018427387902
;; call: lshr.int64 -9223372036854775808 63 => 1
;; call: lshr.int64 3 65 => 1
;; call: lshr.int64 -2 -1 => 1
;; call: ashr.int8 5 1 => 2
;; call: ashr.int8 -7 2 => -2
;; call: ashr.int8 -128 7 => -1
;; call: ashr.int8 3 9 => 1
;; call: ashr.int8 -2 -1 => -1
;; call: ashr.int16 5 1 => 2
;; call: ashr.int16 -7 2 => -2
;; call: ashr.int16 -32768 15 => -1
;; call: ashr.int16 3 17 => 1
;; call: ashr.int16 -2 -1 => -1
;; call: ashr.int 5 1 => 2
;; call: ashr.int -7 2 => -2
;; call: ashr.int -2147483648 31 => -1
;; call: ashr.int 3 33 => 1
;; call: ashr.int -2 -1 => -1
;; call: ashr.int64 5 1 => 2
;; call: ashr.int64 -7 2 => -2
;; call: ashr.int64 -9223372036854775808 63 => -1
;; call: ashr.int64 3 65 => 1
;; call: ashr.int64 -2 -1 => -1
;; call: not.int8 5 => -6
;; call: not.int16 5 => -6
;; call: not.int 5 => -6
;; call: not.int64 5 => -6
;; call: add.bool #f #f => #f
;; call: add.bool #f #t => #t
;; call: add.bool #t #f => #t
;; call: add.bool #t #t => #f
;; call: sub.bool #f #f => #f
;; call: sub.bool #f #t => #t
;; call: sub.bool #t #f => #t
;; call: sub.bool #t #t => #f
;; call: mul.bool #f #f => #f
;; call: mul.bool #f #t => #f
;; call: mul.bool #t #f => #f
;; call: mul.bool #t #t => #t
;; call: and.bool #f #f => #f
;; call: and.bool #f #t => #f
;; call: and.bool #t #f => #f
;; call: and.bool #t #t => #t
;; call: or.bool #f #f => #f
;; call: or.bool #f #t => #t
;; call: or.bool #t #f => #t
;; call: or.bool #t #t => #t
;; call: xor.bool #f #f => #f
;; call: xor.bool #f #t => #t
;; call: xor.bool #t #f => #t
;; call: xor.bool #t #t => #f
;; call: udiv.bool #f #f => error division by zero
;; call: udiv.bool #f #t => #f
;; call: udiv.bool #t #f => error division by zero
;; call: udiv.bool #t #t => #t
;; call: urem.bool #f #f => error division by zero
;; call: urem.bool #f #t => #f
;; call: urem.bool #t #f => error division by zero
;; call: urem.bool #t #t => #f
;; call: div.bool #f #f => error division by zero
;; call: div.bool #f #t => #f
;; call: div.bool #t #f => error division by zero
;; call: div.bool #t #t => error division overflows (smallest integer by -1)
;; call: rem.bool #f #f => error division by zero
;; call: rem.bool #f #t => #f
;; call: rem.bool #t #f => error division by zero
;; call: rem.bool #t #t => error division overflows (smallest integer by -1)
;; call: shl.bool #f #f => #f
;; call: shl.bool #f #t => #f
;; call: shl.bool #t #f => #t
;; call: shl.bool #t #t => #t
;; call: lshr.bool #f #f => #f
;; call: lshr.bool #f #t => #f
;; call: lshr.bool #t #f => #t
;; call: lshr.bool #t #t => #t
;; call: ashr.bool #f #f => #f
;; call: ashr.bool #f #t => #f
;; call: ashr.bool #t #f => #t
;; call: ashr.bool #t #t => #t
;; call: not.bool #t => #f
;; call: not.bool #f => #t
(brilisp (ir-version "1.0")
  (define ((add.int8 int8) (a int8) (b int8)) (set (r int8) (add a b)) (ret r))
  (define ((add.int16 int16) (a int16) (b int16)) (set (r int16) (add a b)) (ret r))
  (define ((add.int int) (a int) (b int)) (set (r int) (add a b)) (ret r))
  (define ((add.int64 int64) (a int64) (b int64)) (set (r int64) (add a b)) (ret r))
  (define ((sub.int8 int8) (a int8) (b int8)) (set (r int8) (sub a b)) (ret r))
  (define ((sub.int16 int16) (a int16) (b int16)) (set (r int16) (sub a b)) (ret r))
  (define ((sub.int int) (a int) (b int)) (set (r int) (sub a b)) (ret r))
  (define ((sub.int64 int64) (a int64) (b int64)) (set (r int64) (sub a b)) (ret r))
  (define ((mul.int8 int8) (a int8) (b int8)) (set (r int8) (mul a b)) (ret r))
  (define ((mul.int16 int16) (a int16) (b int16)) (set (r int16) (mul a b)) (ret r))
  (define ((mul.int int) (a int) (b int)) (set (r int) (mul a b)) (ret r))
  (define ((mul.int64 int64) (a int64) (b int64)) (set (r int64) (mul a b)) (ret r))
  (define ((div.int8 int8) (a int8) (b int8)) (set (r int8) (div a b)) (ret r))
  (define ((div.int16 int16) (a int16) (b int16)) (set (r int16) (div a b)) (ret r))
  (define ((div.int int) (a int) (b int)) (set (r int) (div a b)) (ret r))
  (define ((div.int64 int64) (a int64) (b int64)) (set (r int64) (div a b)) (ret r))
  (define ((rem.int8 int8) (a int8) (b int8)) (set (r int8) (rem a b)) (ret r))
  (define ((rem.int16 int16) (a int16) (b int16)) (set (r int16) (rem a b)) (ret r))
  (define ((rem.int int) (a int) (b int)) (set (r int) (rem a b)) (ret r))
  (define ((rem.int64 int64) (a int64) (b int64)) (set (r int64) (rem a b)) (ret r))
  (define ((udiv.int8 int8) (a int8) (b int8)) (set (r int8) (udiv a b)) (ret r))
  (define ((udiv.int16 int16) (a int16) (b int16)) (set (r int16) (udiv a b)) (ret r))
  (define ((udiv.int int) (a int) (b int)) (set (r int) (udiv a b)) (ret r))
  (define ((udiv.int64 int64) (a int64) (b int64)) (set (r int64) (udiv a b)) (ret r))
  (define ((urem.int8 int8) (a int8) (b int8)) (set (r int8) (urem a b)) (ret r))
  (define ((urem.int16 int16) (a int16) (b int16)) (set (r int16) (urem a b)) (ret r))
  (define ((urem.int int) (a int) (b int)) (set (r int) (urem a b)) (ret r))
  (define ((urem.int64 int64) (a int64) (b int64)) (set (r int64) (urem a b)) (ret r))
  (define ((and.int8 int8) (a int8) (b int8)) (set (r int8) (and a b)) (ret r))
  (define ((and.int16 int16) (a int16) (b int16)) (set (r int16) (and a b)) (ret r))
  (define ((and.int int) (a int) (b int)) (set (r int) (and a b)) (ret r))
  (define ((and.int64 int64) (a int64) (b int64)) (set (r int64) (and a b)) (ret r))
  (define ((or.int8 int8) (a int8) (b int8)) (set (r int8) (or a b)) (ret r))
  (define ((or.int16 int16) (a int16) (b int16)) (set (r int16) (or a b)) (ret r))
  (define ((or.int int) (a int) (b int)) (set (r int) (or a b)) (ret r))
  (define ((or.int64 int64) (a int64) (b int64)) (set (r int64) (or a b)) (ret r))
  (define ((xor.int8 int8) (a int8) (b int8)) (set (r int8) (xor a b)) (ret r))
  (define ((xor.int16 int16) (a int16) (b int16)) (set (r int16) (xor a b)) (ret r))
  (define ((xor.int int) (a int) (b int)) (set (r int) (xor a b)) (ret r))
  (define ((xor.int64 int64) (a int64) (b int64)) (set (r int64) (xor a b)) (ret r))
  (define ((shl.int8 int8) (a int8) (b int8)) (set (r int8) (shl a b)) (ret r))
  (define ((shl.int16 int16) (a int16) (b int16)) (set (r int16) (shl a b)) (ret r))
  (define ((shl.int int) (a int) (b int)) (set (r int) (shl a b)) (ret r))
  (define ((shl.int64 int64) (a int64) (b int64)) (set (r int64) (shl a b)) (ret r))
  (define ((lshr.int8 int8) (a int8) (b int8)) (set (r int8) (lshr a b)) (ret r))
  (define ((lshr.int16 int16) (a int16) (b int16)) (set (r int16) (lshr a b)) (ret r))
  (define ((lshr.int int) (a int) (b int)) (set (r int) (lshr a b)) (ret r))
  (define ((lshr.int64 int64) (a int64) (b int64)) (set (r int64) (lshr a b)) (ret r))
  (define ((ashr.int8 int8) (a int8) (b int8)) (set (r int8) (ashr a b)) (ret r))
  (define ((ashr.int16 int16) (a int16) (b int16)) (set (r int16) (ashr a b)) (ret r))
  (define ((ashr.int int) (a int) (b int)) (set (r int) (ashr a b)) (ret r))
  (define ((ashr.int64 int64) (a int64) (b int64)) (set (r int64) (ashr a b)) (ret r))
  (define ((not.int8 int8) (a int8)) (set (r int8) (not a)) (ret r))
  (define ((not.int16 int16) (a int16)) (set (r int16) (not a)) (ret r))
  (define ((not.int int) (a int)) (set (r int) (not a)) (ret r))
  (define ((not.int64 int64) (a int64)) (set (r int64) (not a)) (ret r))
  (define ((add.bool bool) (a bool) (b bool)) (set (r bool) (add a b)) (ret r))
  (define ((sub.bool bool) (a bool) (b bool)) (set (r bool) (sub a b)) (ret r))
  (define ((mul.bool bool) (a bool) (b bool)) (set (r bool) (mul a b)) (ret r))
  (define ((and.bool bool) (a bool) (b bool)) (set (r bool) (and a b)) (ret r))
  (define ((or.bool bool) (a bool) (b bool)) (set (r bool) (or a b)) (ret r))
  (define ((xor.bool bool) (a bool) (b bool)) (set (r bool) (xor a b)) (ret r))
  (define ((udiv.bool bool) (a bool) (b bool)) (set (r bool) (udiv a b)) (ret r))
  (define ((urem.bool bool) (a bool) (b bool)) (set (r bool) (urem a b)) (ret r))
  (define ((div.bool bool) (a bool) (b bool)) (set (r bool) (div a b)) (ret r))
  (define ((rem.bool bool) (a bool) (b bool)) (set (r bool) (rem a b)) (ret r))
  (define ((shl.bool bool) (a bool) (b bool)) (set (r bool) (shl a b)) (ret r))
  (define ((lshr.bool bool) (a bool) (b bool)) (set (r bool) (lshr a b)) (ret r))
  (define ((ashr.bool bool) (a bool) (b bool)) (set (r bool) (ashr a b)) (ret r))
  (define ((not.bool bool) (a bool)) (set (r bool) (not a)) (ret r)))

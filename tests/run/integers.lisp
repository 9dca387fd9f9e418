;; Integer operations wrap at every width; shift counts are taken modulo the width.
(c-lisp
  (define ((print int) (n int)))
  (define ((int64_print int64) (n int64)))
  (define ((show8 void) (x int8)) (call print (sext x int)))
  (define ((show16 void) (x int16)) (call print (sext x int)))
  (define ((main int))
    (declare a int8)
    (declare b int16)
    (declare c int)
    (declare d int64)
    (set a (trunc 127 int8))
    (call show8 (add a (trunc 1 int8)))
    (call show8 (mul a a))
    (call show8 (sub (trunc -128 int8) (trunc 1 int8)))
    (call show8 (ashr (trunc -128 int8) (trunc 7 int8)))
    (call show8 (lshr (trunc -128 int8) (trunc 7 int8)))
    (call show8 (shl (trunc 1 int8) (trunc 9 int8)))
    (call show8 (udiv (trunc -1 int8) (trunc 2 int8)))
    (call show8 (urem (trunc -1 int8) (trunc 16 int8)))
    (set b (trunc 32767 int16))
    (call show16 (add b (trunc 1 int16)))
    (call show16 (mul b (trunc 3 int16)))
    (call show16 (xor b (trunc -1 int16)))
    (call show16 (ashr (trunc -32768 int16) (trunc 15 int16)))
    (set c 2147483647)
    (call print (add c 1))
    (call print (mul c c))
    (call print (sub -2147483648 1))
    (call print (div -7 2))
    (call print (rem -7 2))
    (call print (div 7 -2))
    (call print (rem 7 -2))
    (call print (udiv -1 2))
    (call print (urem -1 10))
    (call print (shl 1 31))
    (call print (shl 1 33))
    (call print (lshr -1 28))
    (call print (ashr -16 2))
    (call print (xor 12 10))
    (set d (shl (sext 1 int64) (sext 62 int64)))
    (call int64_print d)
    (call int64_print (add d (sub d (sext 1 int64))))
    (call int64_print (mul d (sext 2 int64)))
    (call int64_print (div (sext -9 int64) (sext 4 int64)))
    (call int64_print (udiv (sext -1 int64) (sext 10 int64)))
    (call int64_print (urem (sext -1 int64) (sext 10 int64)))
    (call int64_print (lshr (sext -1 int64) (sext 60 int64)))
    (call int64_print (ashr (sext -256 int64) (sext 4 int64)))
    (ret 0)))
;; expect
;; -128
;; 1
;; 127
;; -1
;; 1
;; 2
;; 127
;; 15
;; -32768
;; 32765
;; -32768
;; -1
;; -2147483648
;; 1
;; 2147483647
;; -3
;; -1
;; -3
;; 1
;; 2147483647
;; 5
;; -2147483648
;; 2
;; 15
;; -4
;; 6
;; 4611686018427387904
;; 9223372036854775807
;; -9223372036854775808
;; -2
;; 1844674407370955161
;; 5
;; 15
;; -16

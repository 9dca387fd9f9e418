;; Every scalar type as variable, argument, result, array element, field and global.
(c-lisp
  (define ((print int) (n int)))
  (define ((int64_print int64) (n int64)))
  (define ((fprint float) (x float)))
  (define ((dprint double) (x double)))
  (define-struct all (a int8) (b int16) (c int) (d int64) (e float) (f double) (g bool) (h (ptr int)))
  (define-global (stored (struct all)))
  (define ((i8 int8) (x int8)) (ret x))
  (define ((i16 int16) (x int16)) (ret x))
  (define ((i32 int32) (x int32)) (ret x))
  (define ((i64 int64) (x int64)) (ret x))
  (define ((f32 float) (x float)) (ret x))
  (define ((f64 double) (x double)) (ret x))
  (define ((b1 bool) (x bool)) (ret x))
  (define ((pi (ptr int)) (x (ptr int))) (ret x))
  (define ((main int))
    (declare s (struct all))
    (declare n int)
    (declare halves (arr 3 int16))
    (declare doubles (arr 3 double))
    (set n 99)
    (set s (insertvalue s (call i8 (trunc -3 int8)) 0))
    (set s (insertvalue s (call i16 (trunc -300 int16)) 1))
    (set s (insertvalue s (call i32 -70000) 2))
    (set s (insertvalue s (call i64 (sub (shl (sext 1 int64) (sext 40 int64)) (sext 1 int64))) 3))
    (set s (insertvalue s (call f32 1.25) 4))
    (set s (insertvalue s (call f64 (fpext -2.5 double)) 5))
    (set s (insertvalue s (call b1 #t) 6))
    (set s (insertvalue s (call pi (ptr-to n)) 7))
    (set stored s)
    (call print (sext (extractvalue stored 0) int))
    (call print (sext (extractvalue stored 1) int))
    (call print (extractvalue stored 2))
    (call int64_print (extractvalue stored 3))
    (call fprint (extractvalue stored 4))
    (call dprint (extractvalue stored 5))
    (call print (select (extractvalue stored 6) 1 0))
    (call print (load (extractvalue stored 7)))
    (for ((set n 0) (lt n 3) (set n (add n 1)))
      (store (aptradd halves n) (trunc (mul n 30000) int16))
      (store (aptradd doubles n) (sitofp n double)))
    (call print (sext (load (aptradd halves 2)) int))
    (call dprint (load (aptradd doubles 2)))
    (ret 0)))
;; expect
;; -3
;; -300
;; -70000
;; 1099511627775
;; 1.250000
;; -2.500000
;; 1
;; 99
;; -5536
;; 2.000000

;; Strings: literals with escapes, byte-wise work on them, and the C library.
(c-lisp
  (define ((puts int) (s (ptr int8))))
  (define ((print int) (n int)))
  (define ((strcmp int) (a (ptr int8)) (b (ptr int8))))
  (define ((strlen int64) (s (ptr int8))))
  (define ((atoi int) (s (ptr int8))))
  (define ((malloc (ptr int8)) (n int64)))
  (define ((free void) (p (ptr int8))))
  (define ((length int) (s (ptr int8)))
    (declare n int)
    (set n 0)
    (while (ne (load (ptradd s n)) (trunc 0 int8)) (set n (add n 1)))
    (ret n))
  (define ((reversed (ptr int8)) (s (ptr int8)))
    (declare n int)
    (declare i int)
    (declare r (ptr int8))
    (set n (call length s))
    (set r (call malloc (sext (add n 1) int64)))
    (for ((set i 0) (lt i n) (set i (add i 1)))
      (store (ptradd r i) (load (ptradd s (sub (sub n 1) i)))))
    (store (ptradd r n) (trunc 0 int8))
    (ret r))
  (define ((upper void) (s (ptr int8)))
    (declare c int8)
    (while (ne (set c (load s)) (trunc 0 int8))
      (if (and (ge c (trunc 97 int8)) (le c (trunc 122 int8)))
        (store s (sub c (trunc 32 int8))))
      (set s (ptradd s 1))))
  (define ((main int))
    (declare r (ptr int8))
    (call puts "hello")
    (call puts "")
    (call puts "tab\tquote\" back\\slash \x41 \u00e9")
    (call print (call length "hello"))
    (call print (trunc (call strlen "\u00e9") int))
    (set r (call reversed "desserts, live!"))
    (call puts r)
    (call upper r)
    (call puts r)
    (call free r)
    (call print (call strcmp "same" "same"))
    (call print (select (lt (call strcmp "a" "b") 0) 1 0))
    (call print (add (call atoi "40") (call atoi "2x")))
    (ret 0)))
;; expect
;; hello
;;
;; tab	quote" back\slash A é
;; 5
;; 2
;; !evil ,stressed
;; !EVIL ,STRESSED
;; 0
;; 1
;; 42

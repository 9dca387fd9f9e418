;; Pointers: ptr-to, pointers to pointers, negative offsets, casts, fresh storage from alloc.
(c-lisp
  (define ((print int) (n int)))
  (define ((int64_print int64) (n int64)))
  (define ((swap void) (a (ptr int)) (b (ptr int)))
    (declare t int)
    (set t (load a))
    (store a (load b))
    (store b t))
  (define ((advance void) (p (ptr (ptr int))) (n int))
    (declare q (ptr int))
    (set q (load p))
    (store p (ptradd q n)))
  (define ((main int))
    (declare x int)
    (declare y int)
    (declare p (ptr int))
    (declare q (ptr int))
    (declare i int)
    (declare last (ptr int))
    (declare bytes (ptr int8))
    (set x 1)
    (set y 2)
    (call swap (ptr-to x) (ptr-to y))
    (call print x)
    (call print y)
    (set p (alloc int 10))
    (for ((set i 0) (lt i 10) (set i (add i 1)))
      (store (ptradd p i) (mul i i)))
    (set q (ptradd p 9))
    (call print (load (ptradd q -4)))
    (call advance (ptr-to p) 3)
    (call print (load p))
    (call int64_print (sub (ptrtoint q int64) (ptrtoint p int64)))
    (call print (store p 77))
    (call print (load (ptradd q -6)))
    ;; Each execution of alloc gives new storage.
    (set last (inttoptr 0 (ptr int)))
    (set y 0)
    (for ((set i 0) (lt i 5) (set i (add i 1)))
      (set q (alloc int 1))
      (store q i)
      (if (ne (ptrtoint q int64) (ptrtoint last int64)) (set y (add y 1)))
      (set last q))
    (call print y)
    ;; The bytes of an int, least significant first.
    (set x 258)
    (set bytes (bitcast (ptr-to x) (ptr int8)))
    (call print (sext (load bytes) int))
    (call print (sext (load (ptradd bytes 1)) int))
    (ret 0)))
;; expect
;; 2
;; 1
;; 25
;; 9
;; 24
;; 77
;; 77
;; 5
;; 2
;; 1

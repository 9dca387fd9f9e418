;; bool: and, or, not, select, storage in memory; no operand is skipped.
(c-lisp
  (define ((print int) (n int)))
  (define-global (calls int))
  (define ((count bool) (answer bool)) (set calls (add calls 1)) (ret answer))
  (define ((show void) (b bool)) (call print (select b 1 0)))
  (define ((main int))
    (declare p (ptr bool))
    (call show (and #t #f))
    (call show (and #t #t))
    (call show (or #f #f))
    (call show (or #t #f))
    (call show (not #f))
    (call show (and (call count #f) (call count #t)))
    (call show (or (call count #t) (call count #f)))
    (call print calls)
    (call print (select (call count #f) (add calls 10) (add calls 20)))
    (set p (alloc bool 3))
    (store p #t)
    (store (ptradd p 1) #f)
    (store (ptradd p 2) (lt 1 2))
    (call show (load p))
    (call show (load (ptradd p 1)))
    (call show (load (ptradd p 2)))
    (call print (sext (load (bitcast p (ptr int8))) int))
    (ret 0)))
;; expect
;; 0
;; 1
;; 0
;; 1
;; 1
;; 0
;; 1
;; 4
;; 25
;; 1
;; 0
;; 1
;; 1

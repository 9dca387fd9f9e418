;; BriLisp: a variable set with another type is another variable, in the order of the text.
(brilisp
  (define ((print int) (n int)))
  (define ((fprint float) (x float)))
  (define ((main int))
    (set (x int) (const 7))
    (set (_ void) (call print x))
    (set (x float) (const 1.5))
    (set (_ void) (call fprint x))
    (set (p (ptr float)) (ptr-to x))
    (store p 2.5)
    (set (_ void) (call fprint x))
    (set (x int) (const 8))
    (set (_ void) (call print x))
    (ret 0)))
;; expect
;; 7
;; 1.500000
;; 2.500000
;; 8

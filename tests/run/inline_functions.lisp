;; define-inline, define-brilisp and define-inline-brilisp: what C-Lisp has no words for.
(c-lisp
  (define ((print int) (n int)))
  (define-inline ((square int) (x int)) (ret (mul x x)))
  (define-inline-brilisp ((both int) (a int) (b int))
    (set (c int) (and a b))
    (ret c))
  (define-brilisp-inline ((either int) (a int) (b int))
    (set (c int) (or a b))
    (ret c))
  (define-brilisp ((sum-to int) (n int))
    (set (s int) (const 0))
    (label loop)
    (set (more bool) (gt n 0))
    (br more body done)
    (label body)
    (set (s int) (add s n))
    (set (n int) (sub n 1))
    (jmp loop)
    (label done)
    (ret s))
  (define-inline-brilisp ((million int64))
    (set (m int64) (const 1000000))
    (ret m))
  (define ((main int))
    (call print (call square (call square 3)))
    (call print (call both 12 10))
    (call print (call either 12 10))
    (call print (call sum-to 100))
    (call print (trunc (call million) int))
    (ret 0)))
;; expect
;; 81
;; 8
;; 14
;; 5050
;; 1000000

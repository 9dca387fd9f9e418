;; Unknown names, and names used outside their scope; checking goes on after each error.
(c-lisp
  (define ((print int) (n int)))
  (define-global (limit int) (const 10))
  (define ((f int) (count int))
    (set total 1)                                   ;; error: E0414 undeclared variable 'total'
    (set count (add count limt))                    ;; error: E0414 undeclared variable 'limt'
    ((declare inner int) (set inner 1))
    (set inner 2)                                   ;; error: E0415 undeclared variable 'inner'
    (call prnt 1)                                   ;; error: E0416 call to undeclared function 'prnt'
    (call later)                                    ;; error: E0445 called before its declaration
    (frob count)                                    ;; error: E0412 unknown operation 'frob'
    (#t)                                            ;; error: E0412 bad expression
    (tid.x)                                         ;; error: E0412 unknown operation 'tid.x'
    (ret 0))
  (define ((later void)) ()))

;; Functions of one form call those of another, in any order.
;; test: interp
(module
  (c-lisp (define ((main int)) (call print (call twice 21)) (ret 0)))
  (brilisp (define ((twice int) (n int)) (set (r int) (call plus n n)) (ret r)))
  (c-lisp (define ((plus int) (a int) (b int)) (ret (add a b)))))
;; expect
;; 42

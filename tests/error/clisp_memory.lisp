;; Loads, stores and address computations that do not fit.
(c-lisp
  (define-struct pair (a int) (b float))
  (define-global (table (arr 4 int)))
  (define ((f void) (i int) (p (ptr int)) (s (struct pair)) (sp (ptr (struct pair))))
    (load i)                                        ;; error: E0426 cannot load from int
    (load p p)                                      ;; error: E0426 expected one pointer, found 2 operands
    (store i 1)                                     ;; error: E0427 cannot store to int
    (store p)                                       ;; error: E0427 expected a pointer and a value
    (store p 1.5)                                   ;; error: E0428 cannot store float to (ptr int)
    (ptradd i 1)                                    ;; error: E0422 ptradd needs a pointer
    (ptradd table 1)                                ;; error: E0422 ptradd needs a pointer
    (ptradd (ptradd p 1) 1)                         ;; error: E0423 the name of a pointer variable
    (aptradd p 1)                                   ;; error: E0424 'p' is (ptr int), not an array
    (sptradd p a)                                   ;; error: E0425 sptradd needs a pointer to a struct
    (sptradd sp c)                                  ;; error: E0425 (struct pair) has no field 'c'
    (alloc int 1.0)                                 ;; error: E0429 must be an integer, found float
    (ptr-to table)                                  ;; error: E0433 'table' is a global
    (extractvalue s 2)                              ;; error: E0431 (struct pair) has no field 2
    (insertvalue s 1.0 0)))                         ;; error: E0431 field 0 of (struct pair) is int, found float

/** Words by which guards are called: who uses one of them lets some requests in and others not. */
export const accessWords =
  /auth|guard|login|logged|signed|signin|sess|permi|role|passport|jwt|token|protect|allow|deny|forbid|acl|csrf|verif|ensure|require|restrict|access|admin/i;

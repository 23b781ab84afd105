/** Return what a call returns, or something else where the browser forbids it. */
export const attempt = (call, otherwise) => {
  try {
    return call();
  } catch (error) {
    return otherwise;
  }
};

// Nothing that runs in the page asks for it.
export default null;

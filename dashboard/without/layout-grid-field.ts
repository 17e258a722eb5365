/** Instead of the form library's fields laid out in a grid, which only a form's own layout asks for; types have a schema alone. */
export default function LayoutGridField(): null {
  return null;
}

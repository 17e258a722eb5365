/** The name of a handler among definitions: as a type's with this one stage. No type's name has a "/". */
export function handlerType(type: string, name: string): string {
  return `${type}/${name}`;
}

/** One step into a property tree: a key or a list index. */
export type PathSegment = string | number;

const PLAIN_KEY = /^[A-Za-z_$][\w$-]*$/;

/** Writes a path as the engine does: `a.b[0].c`, with odd keys quoted: `tags["a.b"]`. */
export function formatPath(path: readonly PathSegment[]): string {
  let text = "";
  for (const segment of path) {
    if (typeof segment === "number") text += `[${segment}]`;
    else if (PLAIN_KEY.test(segment)) text += text === "" ? segment : `.${segment}`;
    else text += `["${segment.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"]`;
  }
  return text;
}

/** Reads a path as written in `ignoreChanges`; `*` and `[*]` come out as the segment "*". */
export function parsePath(text: string): PathSegment[] {
  const segments: PathSegment[] = [];
  const token = /\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|\.?([^.[\]]+)/gy;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [, quoted, index, key] = match;
    if (quoted !== undefined) segments.push(quoted.replace(/\\(.)/g, "$1"));
    else if (index !== undefined) segments.push(index === "*" ? "*" : Number(index));
    else if (key !== undefined) segments.push(key);
    if (token.lastIndex >= text.length) return segments;
  }
  if (text === "") return segments;
  throw new Error(`"${text}" is not a property path. Write it like a.b[0].c or tags["a.b"].`);
}

/** True when `path` is what `pattern` names, or lies inside it. "*" in the pattern stands for any one segment. */
export function isAtOrBelow(path: readonly PathSegment[], pattern: readonly PathSegment[]): boolean {
  return (
    pattern.length <= path.length &&
    pattern.every((wanted, index) => wanted === "*" || String(wanted) === String(path[index]))
  );
}

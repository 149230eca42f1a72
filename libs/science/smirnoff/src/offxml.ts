import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { SmirnoffError } from './smirnoff-error';

// The OFFXML file format as a tree. Nothing is interpreted here, so that sections, attributes and comments that
// this project knows nothing of (cosmetic attributes among them) come out as they went in.

export interface XmlElement {
  readonly kind: 'element';
  readonly name: string;
  /** In the order of the file. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export type XmlNode =
  | XmlElement
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'comment'; readonly text: string };

/** A SMIRNOFF force field as it stands in its file. Immutable; what is derived from it is kept by identity. */
export interface ForceField {
  /** Comments before the root element. */
  readonly prologue: readonly XmlNode[];
  readonly root: XmlElement;
}

/** The largest released Sage has 0.1 MB; with protein library charges a force field reaches some MB. */
const MAX_OFFXML_CHARACTERS = 20_000_000;

/** Of the file; a section has a version of its own, which counts where its parameters are read. */
const VERSIONS = ['0.3', '0.4'];

const COMMENT = '#comment';
const TEXT = '#text';
const ATTRIBUTES = ':@';

const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  commentPropName: COMMENT,
  textNodeName: TEXT,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  htmlEntities: true, // character references, such as &#176;
});

/**
 * Reads an OFFXML text of SMIRNOFF version 0.3 or 0.4. A document type declaration, and with it any entity of the
 * file's own, is refused.
 *
 * @throws SmirnoffError offxml-too-large, unreadable-offxml, unsupported-force-field (another version)
 */
export function parseOffxml(text: string): ForceField {
  if (text.length > MAX_OFFXML_CHARACTERS) {
    throw new SmirnoffError(
      'offxml-too-large',
      `The force field has ${text.length} characters; at most ${MAX_OFFXML_CHARACTERS} are read.`,
    );
  }
  if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) {
    throw new SmirnoffError(
      'unreadable-offxml',
      'The force field has a document type declaration (DTD), which is not accepted: remove it.',
    );
  }
  const nodes = documentNodes(text);
  const roots = nodes.filter((node) => node.kind === 'element');
  const root = roots[0];
  if (root?.name !== 'SMIRNOFF' || roots.length !== 1) {
    throw new SmirnoffError(
      'unreadable-offxml',
      `An OFFXML has one root element, SMIRNOFF; this file has ${roots.map(({ name }) => name).join(', ') || 'none'}.`,
    );
  }
  const { version } = root.attributes;
  if (version === undefined || !VERSIONS.includes(version)) {
    throw new SmirnoffError(
      'unsupported-force-field',
      `The force field is of SMIRNOFF version ${version ?? '(none)'}; ${VERSIONS.join(' and ')} are read. ` +
        'Loading and saving an older one with the OpenFF toolkit brings it to 0.3.',
    );
  }
  return { prologue: nodes.filter((node) => node.kind === 'comment'), root };
}

function documentNodes(text: string): XmlNode[] {
  const verdict = XMLValidator.validate(text);
  if (verdict !== true) {
    const { msg, line, col } = verdict.err;
    throw new SmirnoffError(
      'unreadable-offxml',
      `The force field is not well-formed XML: ${msg} (line ${line}, column ${col})`,
    );
  }
  try {
    return (parser.parse(text) as ParsedNode[]).flatMap(nodeFromParsed);
  } catch (cause) {
    throw new SmirnoffError(
      'unreadable-offxml',
      `The force field could not be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

/** fast-xml-parser's ordered form: one key beside the attributes, naming what the node is. */
type ParsedNode = Record<string, unknown>;

function nodeFromParsed(parsed: ParsedNode): XmlNode[] {
  const name = Object.keys(parsed).find((key) => key !== ATTRIBUTES);
  if (name === undefined) {
    return [];
  }
  if (name === TEXT) {
    const text = String(parsed[TEXT]);
    return text.trim() === '' ? [] : [{ kind: 'text', text }];
  }
  const content = parsed[name] as ParsedNode[];
  if (name === COMMENT) {
    return [{ kind: 'comment', text: content.map((part) => String(part[TEXT])).join('') }];
  }
  const attributes = (parsed[ATTRIBUTES] ?? {}) as Record<string, string>;
  return [{ kind: 'element', name, attributes, children: content.flatMap(nodeFromParsed) }];
}

/** Writes a force field as OFFXML, laid out as the released ones are. */
export function writeOffxml(forceField: ForceField): string {
  const lines = ['<?xml version="1.0" encoding="utf-8"?>'];
  for (const node of [...forceField.prologue, forceField.root]) {
    writeNode(node, '', lines);
  }
  return lines.join('\n') + '\n';
}

function writeNode(node: XmlNode, indent: string, lines: string[]): void {
  switch (node.kind) {
    case 'text':
      lines.push(indent + escapeText(node.text.trim()));
      return;
    case 'comment':
      lines.push(`${indent}<!--${node.text}-->`);
      return;
    case 'element': {
      const attributes = Object.entries(node.attributes).map(
        ([name, value]) => ` ${name}="${escapeAttribute(value)}"`,
      );
      const open = `${indent}<${node.name}${attributes.join('')}>`;
      const close = `</${node.name}>`;
      if (node.children.every((child) => child.kind === 'text')) {
        lines.push(open + node.children.map(({ text }) => escapeText(text)).join('') + close);
        return;
      }
      lines.push(open);
      for (const child of node.children) {
        writeNode(child, indent + '    ', lines);
      }
      lines.push(indent + close);
      return;
    }
    default:
      node satisfies never;
  }
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapeAttribute(text: string): string {
  return escapeText(text).replaceAll('"', '&quot;');
}

/** The sections of this name; a force field may hold more than one. */
export function sectionsNamed(forceField: ForceField, name: string): XmlElement[] {
  return childElements(forceField.root).filter((child) => child.name === name);
}

export function childElements(element: XmlElement): XmlElement[] {
  return element.children.filter((child) => child.kind === 'element');
}

import {
  type Address,
  dialAddress,
  duration,
  label,
  nearestWord,
  portNumber,
  readDocument,
  toJsonSchema,
  z,
  type JsonSchema,
} from '@switchyard/config';
import { InterceptError, type Match, type WhenAway } from '@switchyard/contract';
import { restrictionSchema, type Restriction } from '@switchyard/policy';
import { formatVersion, managerUrl } from './fields.ts';
import { matchField } from './match/match-fields.ts';
import { ownersField } from './match/owners.ts';

/** The `$id` of the project file's JSON Schema. */
const projectSchemaId = 'https://switchyard.dev/schema/v1/intercepts.json';

/** One intercept of a project file. */
export interface ProjectIntercept {
  readonly service: string;
  readonly port?: string | undefined;
  readonly local?: Address | undefined;
  readonly whenAway?: WhenAway | undefined;
  readonly lifetime?: number | undefined;
  readonly match?: Match | undefined;
  readonly keyless?: boolean | undefined;
  readonly shareWith?: readonly string[] | undefined;
  readonly join?: boolean | undefined;
}

/** What a project file, or one of its profiles, chooses. */
interface Choices {
  readonly manager?: URL | undefined;
  readonly context?: string | undefined;
  readonly namespace?: string | undefined;
  readonly key?: string | undefined;
  readonly intercepts?: readonly ProjectIntercept[] | undefined;
}

const local = z
  .union([portNumber.transform((port) => ({ host: 'localhost', port })), dialAddress])
  .describe('Where your process listens: a port of this machine, or HOST:PORT.');

const intercept = z.strictObject({
  service: label.describe('The service whose requests you want.'),
  port: label.optional().describe("The name of the service's port; needed where it has several."),
  local: local.optional(),
  whenAway: z.enum(['fail', 'baseline']).optional().describe('What becomes of your requests while you are away. Default: fail.'),
  lifetime: duration().optional().describe("How long the intercept lives. Default and most: the manager's, 8h unless configured."),
  match: matchField
    .optional()
    .describe('Which of the requests with your key you want: those that show everything of any one of these. Default: all of them.'),
  keyless: z.boolean().optional().describe('Whether `match` alone decides, whatever key a request carries. Default: false.'),
  shareWith: ownersField.optional().describe('Owners who may intercept other services with your key; "*" is everybody. Default: nobody.'),
  join: z.boolean().optional().describe("Whether the key may be somebody else's, who shares it with you. Default: false."),
});

const choices = {
  manager: managerUrl.optional().describe('The manager to talk to, where it is not that of a namespace.'),
  context: z.string().min(1).optional().describe("The context of the person's kubeconfig. Default: its current one."),
  namespace: label.optional().describe("The namespace of the cluster. Default: the context's."),
  key: z.string().min(1).optional().describe('Your routing key; {{ user }} and {{ gitBranch }} stand for what they say.'),
  intercepts: z.array(intercept).optional().describe('What `intercept up` intercepts.'),
};

const projectSchema: z.ZodType<
  Choices & { readonly policy?: Restriction | undefined; readonly profiles?: Readonly<Record<string, Choices>> | undefined }
> = z.strictObject({
  apiVersion: z.literal(formatVersion),
  kind: z.literal('Intercepts'),
  ...choices,
  policy: restrictionSchema
    .optional()
    .describe('What this project allows of what is allowed anyway: fields as of an InterceptPolicy. No profile changes it.'),
  profiles: z.record(label, z.strictObject(choices)).optional().describe('Named variants: what a profile says replaces what stands above.'),
});

/** What a project file says, its profile applied. */
export interface Project {
  readonly path: string;
  readonly manager: URL | undefined;
  readonly context: string | undefined;
  readonly namespace: string | undefined;
  /** With its templates. */
  readonly key: string | undefined;
  readonly intercepts: readonly ProjectIntercept[];
  /** What the project allows of what is allowed anyway. */
  readonly policy: Restriction | undefined;
}

/** The project file's JSON Schema. */
export function toProjectJsonSchema(): JsonSchema {
  return toJsonSchema(projectSchema, { id: projectSchemaId, title: 'Intercepts of a project' });
}

/** Reads a project file and applies a profile. Throws `bad_config`; an unknown profile is `bad_usage`. */
export async function readProject(path: string, profile: string | undefined): Promise<Project> {
  const { profiles = {}, policy, ...base } = await readDocument(path, projectSchema);
  const variant = profile === undefined ? undefined : profiles[profile];
  if (profile !== undefined && variant === undefined) throw unknownProfile(path, profile, Object.keys(profiles));
  const { manager, context, namespace, key, intercepts = [] } = { ...base, ...variant };
  return { path, manager, context, namespace, key, intercepts, policy };
}

function unknownProfile(path: string, profile: string, names: readonly string[]): InterceptError {
  const nearest = nearestWord(profile, names);
  const known = names.length === 0 ? 'It has none.' : `There are: ${names.join(', ')}.`;
  return new InterceptError('bad_usage', `${path} has no profile "${profile}".`, {
    hint: nearest === undefined ? known : `Did you mean "${nearest}"? ${known}`,
  });
}

/** Steps of an inspection beside findings and stills: docs/signaling-protocol.md, `inspection` of `room`. */
export type Act = 'notice-read' | 'credentials-shown' | 'identity-checked' | 'premises-checked' | 'rights-explained' | 'record-read';

export interface Measurement { id: string; checkpoint: string; value: string; unit: string; verdict: 'pass' | 'fail' | null; still: string | null; by: string; at: number }
export interface Challenge { id: string; task_zh: string; task_en: string; by: string; at: number; result: 'passed' | 'failed' | null }
export interface Place { lat: number; lon: number; accuracy_m: number; distance_m: number | null; by: string; at: number }

/** The applicant gets director, acts and challenges only. */
export interface Inspection {
    director: string | null;
    acts: { id: string; act: Act; by: string; at: number }[];
    challenges: Challenge[];
    measurements?: Measurement[];
    corrections?: { id: string; checkpoint: string; before: string; after: string; by: string; at: number }[];
    locations?: Place[];
    premises?: { lat: number; lon: number } | null;
    notes?: { id: string; words: string; by: string; at: number }[];
}

export interface Shape { kind: 'line' | 'point'; points: number[]; by: string }
export type Tool = 'line' | 'point';

export interface StepsState {
    shapes: Shape[];
    /** Size of the site's picture, px; 0 until it is known. */
    frame: { width: number; height: number };
    tool: Tool | null;
    /** The stroke under the pen. */
    drawing: number[] | null;
    panel: 'acts' | 'place' | 'notes' | null;
    torch: boolean;
    zoom: number;
}

export type StepsEvent =
    | { type: 'steps-frame'; width: number; height: number }
    | { type: 'steps-tool'; tool: Tool | null }
    | { type: 'steps-panel'; panel: StepsState['panel'] }
    | { type: 'steps-stroke'; points: number[] | null }
    | { type: 'steps-shape'; shape: Shape }
    | { type: 'steps-clear' }
    | { type: 'steps-camera'; torch?: boolean; zoom?: number };

export interface StepsActions {
    frame(width: number, height: number): void;
    tool(tool: Tool | null): void;
    panel(panel: StepsState['panel']): void;
    stroke(points: number[]): void;
    finish(): void;
    clear(): void;
    act(act: Act): void;
    challenge(kind: 'number' | 'object'): void;
    judge(challenge: string, result: 'passed' | 'failed'): void;
    measure(checkpoint: string, value: string, unit: string | null, still: string | null): void;
    correct(checkpoint: string, before: string, after: string): void;
    direct(): void;
    note(words: string): void;
    torch(): void;
    flip(): void;
    zoom(): void;
}

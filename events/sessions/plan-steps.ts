import { PermanentError } from 'tickless';
import type { Page } from './read-page.ts';
import type { SessionData } from './session-data.ts';
import type { SessionServices } from './session-services.ts';

export const STEPS = ['video', 'transcript', 'translation', 'attachments', 'summary', 'document'] as const;

export type Step = (typeof STEPS)[number];

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** Which steps a talk needs, in order, about how long each takes, and what can't be done here. */
export interface StepPlan {
  readonly page: Page;
  readonly steps: readonly { readonly step: Step; readonly estimateMs: number }[];
  readonly warnings: readonly Warning[];
}

const ESTIMATE_MS: Readonly<Record<Step, number>> = {
  video: 120_000,
  transcript: 300_000,
  translation: 60_000,
  attachments: 20_000,
  summary: 30_000,
  document: 1_000,
};

/** @throws PermanentError `transcriber_not_configured` for a video that isn't `optional` */
export function planSteps(
  data: SessionData,
  page: Page,
  { transcriber, languageModel }: Pick<SessionServices, 'transcriber' | 'languageModel'>,
): StepPlan {
  const warnings: Warning[] = [];
  if (page.characters === 0) warnings.push({ code: 'page_without_text', message: `no text was found in "${page.url}"` });
  const hasVideo = data.video_url !== null;
  if (hasVideo && transcriber === null) {
    const warning = { code: 'transcriber_not_configured', message: 'the video is not transcribed: TRANSCRIBER_URL is not set' };
    if (!data.optional) throw new PermanentError(warning.code, warning.message);
    warnings.push(warning);
  }
  const isTranscribed = hasVideo && transcriber !== null;
  const isForeign = data.source_language.toLowerCase() !== data.target_language.toLowerCase();
  if (isTranscribed && isForeign && languageModel === null)
    warnings.push({ code: 'translator_not_configured', message: 'the transcript is not translated: LLM_URL is not set' });
  if (languageModel === null)
    warnings.push({ code: 'summarizer_not_configured', message: "the summary is the beginning of the page's text: LLM_URL is not set" });

  const applies: Readonly<Record<Step, boolean>> = {
    video: isTranscribed,
    transcript: isTranscribed,
    translation: isTranscribed && isForeign && languageModel !== null,
    attachments: data.attachments_url !== null,
    summary: true,
    document: true,
  };
  const steps = STEPS.filter((step) => applies[step]).map((step) => ({
    step,
    estimateMs: step === 'summary' && languageModel === null ? 1 : ESTIMATE_MS[step],
  }));
  return { page, steps, warnings };
}

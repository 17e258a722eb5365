import type { Catalog } from '../../domain/catalog.ts';
import { TypeBlockedError } from '../../domain/question.ts';
import type { AnswerTo, Ask, Question } from '../../domain/question.ts';
import { createAnswer } from '../../handlers/answer.ts';

/** Asks users' functions in this process; all that crosses is JSON all the same. */
export function createAskHere(catalog: Catalog): Ask {
  const answer = createAnswer(catalog);
  return async <Asked extends Question>(question: Asked): Promise<AnswerTo<Asked>> => {
    try {
      return copy(await answer(copy(question)));
    } catch (error) {
      throw new TypeBlockedError(question.type, String(error));
    }
  };
}

function copy<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

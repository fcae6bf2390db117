export { after, overgrow } from './answer/after.ts';
export type { OvergrowCounts, OvergrowMiddleware, OvergrowOptions, Task } from './answer/after.ts';
export type { AnsweringRequest, Next } from './answer/http-types.ts';
export { SdkError, type SdkErrorCode } from './answer/sdk-error.ts';
export { ownerOf, ownersHeader, ownersValue } from './owners/owner-of.ts';
export { readOwners, type ContextOwner, type Owner, type OwnersResult } from './owners/owners-header.ts';
export { isOwnershipRefusal, ownershipRefusedState } from './refusal/ownership-refusal.ts';
export { ownershipRefused } from './refusal/refusal-answer.ts';

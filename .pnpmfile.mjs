/** What is published is bundled: it has no scripts to run and no dependencies to fetch. */
function toPublishedManifest({ name, version, description, license, type, bin, files, engines, repository }) {
  return { name, version, description, license, type, bin, files, engines, repository };
}

export const hooks = { beforePacking: toPublishedManifest };

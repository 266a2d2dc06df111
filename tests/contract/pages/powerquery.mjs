// Reads a query of Power Query (the M language) with Microsoft's own parser: prints the names that it uses, one a line.
import { TaskUtils, DefaultSettings } from "@microsoft/powerquery-parser";

const task = await TaskUtils.tryLexParse(DefaultSettings, process.argv[2]);
if (!TaskUtils.isParseStageOk(task)) {
  console.error(String(task.error?.innerError?.message ?? task.error));
  process.exit(1);
}
for (const node of task.nodeIdMapCollection.astNodeById.values()) {
  if (node.kind === "Identifier") console.log(node.literal);
}

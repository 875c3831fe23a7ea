using Rig.Ingest;
using Rig.Ingest.Clips;
using Rig.Ingest.Detect;
using Rig.Ingest.Events;
using Rig.Ingest.Hosting;
using Rig.Ingest.Stitch;

if (args is ["stitch", .. var stitch])
{
    return await StitchCommand.RunAsync(stitch);
}

return await IngestProgram.RunAsync(args, builder => builder.Services
    .AddStitch(builder.Configuration)
    .AddDetection(builder.Configuration)
    .AddEvents(builder.Configuration)
    .AddClips()
    .AddIngestOperations());

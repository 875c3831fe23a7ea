using Rig.Ingest.Clips;
using Rig.Ingest.Detect;
using Rig.Ingest.Events;
using Rig.Ingest.Stitch;

namespace Rig.Ingest.Hosting;

internal static class ProgramSetup
{
    /// <summary>What the program adds to the server that tests have too: the real stages and the operations port.</summary>
    public static void AddProgram(WebApplicationBuilder builder) => builder.Services
        .AddStitch(builder.Configuration)
        .AddDetection(builder.Configuration)
        .AddEvents(builder.Configuration)
        .AddClips()
        .AddIngestOperations();
}

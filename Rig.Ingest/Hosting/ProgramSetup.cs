using Rig.Ingest.Frames;
using Rig.Ingest.Stages;

namespace Rig.Ingest.Hosting;

internal static class ProgramSetup
{
    /// <summary>What the program adds to the server that tests have too: the real stages, the model and the operations port.</summary>
    /// <param name="args">The program's command line.</param>
    public static void AddProgram(WebApplicationBuilder builder, string[] args) => builder.Services
        .AddStageProcesses(builder.Configuration, args)
        .AddLearnedPresence()
        .AddIngestOperations();
}

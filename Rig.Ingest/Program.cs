using Rig.Ingest;
using Rig.Ingest.Hosting;
using Rig.Ingest.Stitch;

if (args is ["stitch", .. var stitch])
{
    return await StitchCommand.RunAsync(stitch);
}

return await IngestProgram.RunAsync(args, ProgramSetup.AddProgram);

using Rig.Ingest;
using Rig.Ingest.Hosting;
using Rig.Ingest.Stages;
using Rig.Ingest.Stitch;

if (args is ["stitch", .. var stitch])
{
    return await StitchCommand.RunAsync(stitch);
}

if (args is ["stage", .. var stage])
{
    return await StageCommand.RunAsync(stage, Console.In, Console.Out);
}

return await IngestProgram.RunAsync(args, builder => ProgramSetup.AddProgram(builder, args));

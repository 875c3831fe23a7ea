using Rig.Hosting.Files;
using Rig.Ingest;
using Rig.Ingest.Hosting;
using Rig.Ingest.Stages;
using Rig.Ingest.Stitch;

// Videos of children: not for other accounts of the machine.
NewFiles.KeepFromOthers();
if (args is ["stitch", .. var stitch])
{
    return await StitchCommand.RunAsync(stitch);
}

if (args is ["stage", .. var stage])
{
    return await StageCommand.RunAsync(stage, Console.In, Console.Out);
}

return await IngestProgram.RunAsync(args, builder => ProgramSetup.AddProgram(builder, args));

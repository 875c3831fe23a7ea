using Rig.Hosting.Files;
using Rig.Ingest;
using Rig.Ingest.Hosting;
using Rig.Ingest.Probe;
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

if (args is ["probe", .. var probe])
{
    return await ProbeCommand.RunAsync(probe, Console.Out, Console.Error);
}

return await IngestProgram.RunAsync(args, builder => ProgramSetup.AddProgram(builder, args));

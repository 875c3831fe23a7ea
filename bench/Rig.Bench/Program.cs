return args.FirstOrDefault() switch
{
    "stitch" => await Rig.Ingest.Stitch.StitchCommand.RunAsync(args[1..]),
    _ => 2,
};

// Figure 2c, Table 6: WebPage, NTE sampling with sub-sequence mixup.
import 'paper/webpage_nte_sub.jsonnet'
